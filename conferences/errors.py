"""Why an action is not possible, in words fit to show."""

from __future__ import annotations


class NotPossible(Exception):
    """An action that was not begun. `sentence` is for the supervisor; `field` is the form field it belongs beside.

    `kind` says it to code, where policy refused: a value of policy.listening.Refusal.
    """

    def __init__(self, sentence: str, *, field: str | None = None, kind: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.field = field


class NotAllowed(NotPossible):
    """The supervisor lacks the permission, or the conference is out of scope."""


class RefusedByProvider(NotPossible):
    """The provider refused what was sent; `field` is the request's field it named, by its own name, or empty."""


class ConferenceOver(NotPossible):
    """The conference has ended meanwhile."""
