"""The catalogues of other languages: what the product says, gathered and compiled without any program but Python.

`python -m tests.catalogues` writes every sentence of the product into dashboard/locale/*/LC_MESSAGES/django.po, keeps
the translations that are there, drops what is said no longer, and compiles them; it names what is to be translated.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "dashboard" / "locale"
LANGUAGES = ("es", "de")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("n_", "ngettext", "ngettext_lazy"), (1, 2)),
    "pgettext": ((1, "c"), 2),
}
# For administrators and operators: in English alone.
IN_ENGLISH = ("admin", "doctor", "management", "migrations", "simulator")
Key = tuple[str | None, str | tuple[str, str]]
# What Django's own templatize writes of a template: calls, among letters of no meaning.
_TEXT = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
_CALLS = re.compile(rf"\bngettext\({_TEXT}, *{_TEXT}|\b(?:gettext|_)\({_TEXT}\)")


_OF_THE_RUN = re.compile(
    r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Project-Id)'
)


def said() -> dict[Key, str]:
    """Return every sentence, with its context and its plural, and the first place where it is said."""
    found: dict[Key, str] = {}
    for place, key in (*_of_code(), *_of_templates(), *_of_refusals()):
        found.setdefault(key, place)
    return found


def _files(pattern: str) -> list[Path]:
    return sorted(ROOT.glob(pattern))


def _of_code() -> Iterator[tuple[str, Key]]:
    for path in [*_files("conferences/**/*.py"), *_files("dashboard/**/*.py")]:
        if path.relative_to(ROOT).parts[1] in IN_ENGLISH:
            continue
        for _line, function, texts, _comments in extract_python(BytesIO(path.read_bytes()), KEYWORDS, [], {}):
            place = str(path.relative_to(ROOT))
            if isinstance(texts, str):
                if texts:
                    yield place, (None, texts)
            elif function == "pgettext" and all(texts[:2]):
                yield place, (str(texts[0]), str(texts[1]))
            elif KEYWORDS[function] and all(texts[:2]):
                yield place, (None, (str(texts[0]), str(texts[1])))


def _of_templates() -> Iterator[tuple[str, Key]]:
    from django.utils.translation.template import templatize

    for path in [*_files("templates/**/*.html"), *_files("templates/**/*.txt")]:
        if path.relative_to(ROOT).parts[1] in IN_ENGLISH:
            continue
        for one, several, only in _CALLS.findall(templatize(path.read_text())):
            texts = [ast.literal_eval(text) for text in (one, several, only) if text]
            yield str(path.relative_to(ROOT)), (None, (texts[0], texts[1]) if several else texts[0])


def _of_refusals() -> Iterator[tuple[str, Key]]:
    """What the provider's refusals mean: that package knows no Django, and marks nothing."""
    from conferences.telnyx import rules
    from conferences.telnyx.explanations import sentences
    from conferences.telnyx.explanations.account_codes import ACCOUNT_CODES

    place = "conferences/telnyx/explanations/sentences.py"
    for told in rules.READ_BY_SUPERVISORS:
        yield "conferences/telnyx/rules.py", (None, told)
    for refusal in sentences.REFUSALS:
        yield place, (None, refusal.supervisor)
    for code in ACCOUNT_CODES:
        yield place, (None, code.supervisor)
    for supervisor, _ in sentences._BY_STATUS.values():
        yield place, (None, supervisor)


def path_of(language: str) -> Path:
    """Return where a language's catalogue is."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return a language's catalogue; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def key_of(message: Message) -> Key:
    """Return by what a sentence of a catalogue is known."""
    return message.context, message.id


def compiled(catalog: Catalog) -> bytes:
    """Return what a catalogue is compiled to."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # it changes with its words alone
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(language: str) -> list[str]:
    """Bring a language's catalogue up to date with the product; return what is to be translated."""
    old = {key_of(one): one for one in read(language) if one.id}
    new = Catalog(
        locale=language, project="Earshot", charset="utf-8", header_comment=f"# Earshot in {language}.", fuzzy=False
    )
    for key, place in sorted(said().items(), key=lambda one: (one[1], str(one[0]))):
        known = old.get(key)
        new.add(key[1], known.string if known else None, [(place, None)], context=key[0])
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, include_lineno=False, omit_header=False)
    _without_dates(path)
    (path.parent / "django.mo").write_bytes(compiled(read(language)))
    return [str(one.id) for one in read(language) if one.id and not is_translated(one)]


def is_translated(message: Message) -> bool:
    """Return whether a sentence has its words, in every number."""
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def _without_dates(path: Path) -> None:
    """They would change with every run."""
    lines = (one for one in path.read_text().split("\n") if not _OF_THE_RUN.match(one))
    path.write_text("\n".join(lines))


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    missing = {language: update(language) for language in LANGUAGES}
    for language, texts in missing.items():
        place = path_of(language).relative_to(ROOT)
        print(f"{place}: {len(texts)} to be translated", *texts, sep="\n  ")  # noqa: T201
    return int(any(missing.values()))


if __name__ == "__main__":
    sys.exit(main())
