"""Lines of the log: one for each event, as JSON for programs or as text for people, and masked in either.

Whatever is logged goes through here, by structlog (`log.info("what", name=value)`) or by Python's own logging.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from dashboard.server.logs.masking import CONTROLS, masked

# Before anything else of a line, in this order.
_FIRST: Final = ("timestamp", "level", "logger", "event")
_LAST: Final = ("stack", "exception")
# Some readers of lines take these for the end of one; JSON need not escape them.
_LINE_ENDS: Final = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}

_COMMON: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


class Lines(ProcessorFormatter):
    """Formats a record, masks all that is in it and renders it in one form: `json` or `text`.

    A formatter and not a filter: the record itself stays as it is for other handlers.
    """

    def __init__(self, form: str = "text") -> None:
        render = FORMS[form]
        super().__init__(
            processors=[ProcessorFormatter.remove_processors_meta, masked, render], foreign_pre_chain=_COMMON
        )


def made_by_settings(form: str) -> Lines:
    """Return the formatter that the settings name, and have structlog hand over to it."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_COMMON, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return Lines(form)


def _json(_: WrappedLogger, __: str, told: EventDict) -> str:
    text = json.dumps(_in_order(told), ensure_ascii=False, default=str)
    return text.translate(_LINE_ENDS)


def _text(_: WrappedLogger, __: str, told: EventDict) -> str:
    first = "{timestamp} {level} {logger}: {event}".format_map({name: told.get(name, "") for name in _FIRST})
    more = [f"{name}={_shown(value)}" for name, value in told.items() if name not in _FIRST + _LAST]
    line = " ".join([first, *more]).translate(CONTROLS)
    return "\n".join([line, *(told[name] for name in _LAST if name in told)])


def _shown(value: object) -> str:
    if isinstance(value, str) and value and " " not in value:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _in_order(told: Mapping[str, Any]) -> dict[str, Any]:
    names = [*(name for name in _FIRST if name in told), *(name for name in told if name not in _FIRST)]
    return {name: told[name] for name in names}


FORMS: Final[Mapping[str, Callable[[WrappedLogger, str, EventDict], str]]] = {"json": _json, "text": _text}
