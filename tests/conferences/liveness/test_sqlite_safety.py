"""On which file systems an SQLite file is safe, told from the text of /proc/mounts."""

from __future__ import annotations

import pytest

from conferences.liveness import sqlite_safety
from conferences.liveness.sqlite_safety import NETWORK, file_system, network_file_system

MOUNTS = r"""
/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /srv nfs4 rw,vers=4.2 0 0
/dev/vdb /srv/local xfs rw 0 0
//host/share /mnt/smb cifs rw 0 0
//host/new /mnt/new smb3 rw 0 0
host:/home /mnt/over\040ssh fuse.sshfs rw 0 0
share /mnt/p 9p rw,trans=virtio 0 0
tmpfs /run tmpfs rw 0 0
tmpfs /twice tmpfs rw 0 0
server:/x /twice nfs rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/earshot.sqlite3", "ext4"),
        ("/srv/earshot.sqlite3", "nfs4"),
        ("/srv/local/earshot.sqlite3", "xfs"),
        ("/srv/locality/earshot.sqlite3", "nfs4"),
        ("/srvs/earshot.sqlite3", "ext4"),
        ("/mnt/smb/a/b.sqlite3", "cifs"),
        ("/mnt/new/b.sqlite3", "smb3"),
        ("/mnt/over ssh/b.sqlite3", "fuse.sshfs"),
        ("/mnt/p/b.sqlite3", "9p"),
        ("/run/b.sqlite3", "tmpfs"),
        ("/twice/b.sqlite3", "nfs"),
    ],
)
def test_the_mount_that_holds_a_path_is_found(path, kind):
    assert file_system(path, MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs", "vboxsf"])
def test_what_reaches_another_machine_is_no_disk(kind):
    assert kind in NETWORK


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk"])
def test_disks_of_this_machine_are_safe(kind):
    assert kind not in NETWORK


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """Has a text for /proc/mounts."""
    monkeypatch.setattr(sqlite_safety, "_MOUNTS", tmp_path / "mounts")
    return (tmp_path / "mounts").write_text


def test_a_links_target_is_what_counts(tmp_path, mounts):
    (tmp_path / "shared").mkdir()
    (tmp_path / "var").symlink_to(tmp_path / "shared")
    mounts(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path}/shared nfs rw 0 0\n")
    assert network_file_system(f"{tmp_path}/var/earshot.sqlite3") == "nfs"
    assert network_file_system(f"{tmp_path}/earshot.sqlite3") == ""


@pytest.mark.parametrize("name", ["", ":memory:", "file:memorydb_default?mode=memory"])
def test_what_lies_nowhere_is_on_no_network(mounts, name):
    mounts("server:/x / nfs rw 0 0\n")
    assert network_file_system(name) == ""


def test_without_the_list_of_mounts_nobody_can_tell(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_safety, "_MOUNTS", tmp_path / "none")
    assert network_file_system("/srv/earshot.sqlite3") == ""
