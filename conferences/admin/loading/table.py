"""A file's bytes, or what somebody pasted, as numbered lines with named cells; and cells that hold several things."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from conferences.errors import NotPossible

COLUMNS: Final = ("kind", "name", "team", "addresses", "username", "groups")
MOST_LINES: Final = 100_000
_OTHER_NAMES: Final = {
    **dict.fromkeys(("type", "what"), "kind"),
    "teams": "team",
    **dict.fromkeys(("address", "number", "numbers", "phone", "phones", "device", "devices"), "addresses"),
    **dict.fromkeys(("user", "user name", "login"), "username"),
    "group": "groups",
}
_DELIMITERS: Final = ",;\t"
# A spreadsheet takes a cell for a formula that begins so (OWASP: CSV injection).
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_PARTS: Final = re.compile(r"(?:\\.|[^\\|\n])+")
_QUOTES: Final = "This line cannot be read: a quotation mark is missing, or there is one too many."
_ENCODINGS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, by the number an editor shows; cells by column. `fault`: why it cannot be read."""

    number: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds. `note` is what whoever sent it should know of how it was read."""

    text: str
    lines: list[Line]
    note: str = ""


def read(content: bytes | str) -> Table:
    """Read a file's bytes in whatever usual encoding, or pasted text. Raises NotPossible for what is no table."""
    text, note = (content, "") if isinstance(content, str) else _decoded(content)
    heading = next((line for line in io.StringIO(text) if line.strip()), "")
    if not heading:
        raise NotPossible("There is nothing in it: not even a heading with the names of the columns.")
    delimiter = max(_DELIMITERS, key=lambda one: len({*_names(heading, one)} & {*COLUMNS}))
    rows = _rows(text, delimiter)
    names = _checked(next(rows)[1])
    lines: list[Line] = []
    for number, cells, fault in rows:
        if len(lines) == MOST_LINES:
            raise NotPossible(f"There are more than {MOST_LINES:,} lines. Load them in parts.")
        lines.append(_line(number, names, cells, fault))
    return Table(text, lines, note)


def write(rows: Iterable[Iterable[str]]) -> str:
    """Return rows of cells, in the order of COLUMNS, as the text of a file that spreadsheets take for text alone."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def guarded(cell: str) -> str:
    """Return a cell as it is written out: with an apostrophe in front of what a spreadsheet would compute."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given. A formula in somebody's file is text here, as every cell is."""
    return cell[1:] if _GUARDED.match(cell) else cell


def split(cell: str) -> list[str]:
    """Return the several things of one cell, written with | or line breaks between them."""
    return [found for part in _PARTS.findall(cell) if (found := re.sub(r"\\(.)", r"\1", part).strip())]


def join(parts: Iterable[str]) -> str:
    """Return one cell for several things, such that `split` gives them back."""
    return " | ".join(re.sub(r"([\\|])", r"\\\1", part) for part in parts)


def _decoded(content: bytes) -> tuple[str, str]:
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in content[:200]:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError:
        if encoding != "utf-8" or content.startswith(b"PK\x03\x04"):
            raise NotPossible("This is no text file that can be read. Save the table as “CSV UTF-8”.") from None
    try:
        note = "The file is not in UTF-8 and was read as Latin-1 (Windows-1252). See whether accents are right."
        return content.decode("cp1252"), note
    except UnicodeDecodeError:
        raise NotPossible("The file is neither UTF-8, UTF-16 nor Latin-1. Save it as “CSV UTF-8”.") from None


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield each row that is not blank: the number of its first line, its cells, and what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, [], _QUOTES
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells, ""


def _names(heading: str, delimiter: str) -> list[str]:
    return [_name(cell.strip().strip('"')) for cell in heading.split(delimiter)]


def _name(cell: str) -> str:
    name = " ".join(unguarded(cell).lower().replace("_", " ").split())
    return _OTHER_NAMES.get(name, name)


def _checked(heading: list[str]) -> list[str]:
    names = [_name(cell) for cell in heading]
    while names and not names[-1]:
        names.pop()
    strange = [cell.strip() for cell, name in zip(heading, names, strict=False) if name not in COLUMNS]
    said = f"The first line has to name the columns: {', '.join(COLUMNS)}."
    if not {"kind", "name"} <= {*names}:
        raise NotPossible(f"{said} At least kind and name are needed.")
    if strange:
        raise NotPossible(f"{said} “{strange[0][:40]}” is none of them.")
    if len({*names}) != len(names):
        raise NotPossible(f"{said} One of them is there twice.")
    return names


def _line(number: int, names: list[str], cells: list[str], fault: str) -> Line:
    if not fault and any(cell.strip() for cell in cells[len(names) :]):
        fault = f"This line has {len(cells)} cells, the first line {len(names)}."
    return Line(number, {name: unguarded(cell.strip()) for name, cell in zip(names, cells, strict=False)}, fault)
