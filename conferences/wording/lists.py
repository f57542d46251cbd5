"""Names one after another, as a sentence of the reader's language lists them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext


def listed(names: Sequence[str]) -> str:
    """Return "Ana", "Ana and Luis" or "Ana, Luis and Chen"; empty for none."""
    return _joined(names, gettext("{names} and {last}"))


def either(names: Sequence[str]) -> str:
    """Return "Ana", "Ana or Luis" or "Ana, Luis or Chen"; empty for none."""
    return _joined(names, gettext("{names} or {last}"))


def first_of(names: Sequence[str], most: int) -> str:
    """Return names as `listed` does; of more than `most` the first ones and how many more there are."""
    more = len(names) - most + 1
    if more < 2:
        return listed(names)
    return listed([*names[: most - 1], ngettext("{count} more", "{count} more", more).format(count=more)])


def _joined(names: Sequence[str], form: str) -> str:
    *most, last = names or [""]
    return form.replace("{names}", ", ".join(most)).replace("{last}", last) if most else last
