"""Whether an SQLite file is safe for real calls: which SQLite writes it, and what kind of file system it lies on."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Final

# Below it two connections that write and checkpoint at one moment can corrupt the file (sqlite.org: WAL, "reset bug").
SAFE: Final = (3, 51, 3)
# SQLite's WAL needs memory that all who have the file open share, and locks that hold (sqlite.org: Write-Ahead
# Logging): file systems that reach another machine, or through a virtual one to its host, have neither.
NETWORK: Final = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4"),
        *("orangefs", "prl_fs", "pvfs2", "smb", "smb2", "smb3", "smbfs", "vboxsf", "vmhgfs"),
        *("fuse.ceph", "fuse.gcsfuse", "fuse.glusterfs", "fuse.grpcfuse", "fuse.juicefs", "fuse.osxfs", "fuse.rclone"),
        *("fuse.s3fs", "fuse.sshfs", "fuse.smbnetfs", "fuse.vmhgfs-fuse", "fuse.curlftpfs", "fuse.davfs", "davfs"),
    }
)
_MOUNTS: Final = Path("/proc/mounts")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


def is_old() -> bool:
    """Return whether this process has an SQLite that can corrupt a file."""
    return sqlite3.sqlite_version_info < SAFE


def network_file_system(name: str) -> str:
    """Return the type of the network file system that a database of this name lies on; empty if it lies on none."""
    if not name or name.startswith(("file:", ":memory:")):
        return ""
    try:
        mounts = _MOUNTS.read_text(errors="surrogateescape")
    except OSError:  # no Linux: nobody can tell
        return ""
    kind = file_system(str(Path(name).resolve()), mounts)
    return kind if kind in NETWORK else ""


def file_system(path: str, mounts: str) -> str:
    """Return the type of the file system that holds an absolute path, from the text of /proc/mounts (proc(5)).

    The longest mount point that leads to it counts, and of several at one place the last, which hides the others.
    """
    found, depth = "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[1])
        if len(place) >= depth and _leads_to(place, path):
            found, depth = fields[2], len(place)
    return found


def _leads_to(place: str, path: str) -> bool:
    return place in ("/", path) or path.startswith(f"{place}/")
