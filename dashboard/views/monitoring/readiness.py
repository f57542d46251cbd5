"""Whether this process is fit, part by part: `ok`, perhaps with a remark, or a sentence that says what is amiss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from django.db import Error as DatabaseTrouble
from django.utils import timezone

from conferences import clock
from conferences.checks import api_key_problem, key_refusal, public_key_problem
from conferences.ingest.webhooks import refused_requests
from conferences.liveness import boundaries, fact_months, pulse
from conferences.liveness.provider_silence import SILENT, silence
from conferences.liveness.stores import unapplied_migrations
from conferences.models import AuditEntry, Conference, Fact

# A refused key is corrected by a restart; and should it be corrected at the provider, nobody has to wait for longer.
REFUSAL_COUNTS_FOR: Final = timedelta(minutes=5)
# From here on it is the server that has to be mended, not only its times (doctor.clocks).
DANGEROUS: Final = 120.0
STARTED_AT: Final = timezone.now()
OK: Final = "ok"
NOT_KNOWN: Final = "Not known without the database."


def parts() -> dict[str, str]:
    """Judge each part.

    `database` (reachable and migrated), `public_key` (webhooks can be verified), `api_key` (there is one, and this
    process was not refused with it), `provider` (it did not refuse the key at the last command), `webhooks` (they can
    be stored, the provider sends a version that can be read, and is not silent while calls are live; what a stranger
    sends makes nobody unfit, it is only counted here), `reconciler` (it comes round), `background` (so does what this
    process does beside requests), `channel_layer` (nudges reach other processes), `facts` (none is parked), `clock` (it
    agrees with the provider's), `recognition` (how many live calls belong to no team), `retention` (when it was last
    pruned).
    """
    database = _database()
    return {
        "database": database,
        "public_key": public_key_problem() or OK,
        "api_key": api_key_problem() or key_refusal() or OK,
        "background": _background(),
        "channel_layer": boundaries.CHANNEL_LAYER.trouble or OK,
        "clock": _clock(),
        **{part: judge() if database == OK else NOT_KNOWN for part, judge in _FROM_DATABASE.items()},
    }


def is_fit(said: str) -> bool:
    """Return whether what is said of a part means that it is fit."""
    return said == OK or said.startswith(f"{OK} ")


def _database() -> str:
    try:
        missing = unapplied_migrations()
    except DatabaseTrouble:
        return "The database cannot be reached."
    return f"Migrations that have not been run: {missing}. Run manage.py migrate." if missing else OK


def _webhooks() -> str:
    now = clock.now()
    if boundaries.is_failing(boundaries.STORING):
        return f"Webhooks cannot be stored ({boundaries.STORING.cause}); the log has what the database says."
    if count := refused_requests.in_old_format(now):
        bodies = "body" if count == 1 else "bodies"
        return f"{count} signed {bodies} in the old v1 format in the last hour: set API version 2."
    if (silent := silence(now)) is not None and silent > SILENT:
        return f"Nothing has been heard from the provider for {silent.total_seconds():.0f} s while calls are live."
    lately = refused_requests.lately(now)
    return f"{OK} (refused in the last hour: {'; '.join(lately)})" if lately else OK


def _reconciler() -> str:
    now = timezone.now()
    since = pulse.age(pulse.RECONCILER, now)
    if since is None:
        return f"{OK} (manage.py reconcile has not run so far; keep it running beside the server)"
    if since > pulse.DEAD_AFTER:
        return f"manage.py reconcile has not come round for {since.total_seconds():.0f} s; start it again."
    return pulse.trouble(pulse.RECONCILER) or f"{OK} ({since.total_seconds():.0f} s ago)"


def _background() -> str:
    loops = (boundaries.BACKGROUND, boundaries.HUB, boundaries.HEARTBEAT)
    said = " ".join(one.trouble for one in loops if one.trouble)
    lately = boundaries.lately(boundaries.SHOWING)
    return said or (f"{OK} ({lately})" if lately else OK)


def _clock() -> str:
    """Times of calls are put right by the provider's clock; beyond five minutes no webhook is believed."""
    ahead = clock.ahead()
    if not ahead:
        return OK
    said = f"This server’s clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the provider’s"
    mend = "let NTP set it; from 300 s on every webhook is refused."
    return f"{said}: {mend}" if abs(ahead) >= DANGEROUS else f"{OK} ({said}; {mend})"


def _facts() -> str:
    count = Fact.objects.filter(outcome=Fact.Outcome.PARKED).count()
    if not count:
        return _months()
    what = "1 fact is" if count == 1 else f"{count} facts are"
    return f"{what} parked by a mistake of ours: look under Facts, and run manage.py replay_facts once it is mended."


def _months() -> str:
    """Facts of a month without a partition are among the rest: no process is unfit for it."""
    missing = fact_months.missing(ahead=1)
    return f"{OK} (there is no partition for {missing[-1]}; run manage.py migrate)" if missing else OK


def _recognition() -> str:
    """A center's own matter: no process is unfit for it."""
    count = Conference.objects.live().unassigned().count()
    return f"{OK} ({count} live {'call belongs' if count == 1 else 'calls belong'} to no team)" if count else OK


def _retention() -> str:
    """That nothing old is deleted makes no process unfit: an alert and `doctor` tell whoever is to see to it."""
    since = pulse.age(pulse.PRUNING, timezone.now())
    if since is None:
        return f"{OK} (manage.py prune has not run so far; have it run every night)"
    ago = f"{since.days} days ago" if since.days > 1 else f"{since.total_seconds() // 3600:.0f} h ago"
    return f"{OK} (last pruned {ago})"


def _provider() -> str:
    """Every answer to a command is in the audit, whichever process sent it."""
    since = max(STARTED_AT, clock.now() - REFUSAL_COUNTS_FOR)
    answers = AuditEntry.objects.filter(phase=AuditEntry.Phase.OUTCOME, at__gte=since).exclude(http_status=None)
    last = answers.order_by("-pk").first()
    if last is None or last.http_status != 401:
        return OK
    return f"The provider refused TELNYX_API_KEY at {last.at:%H:%M:%S} UTC; a key may have been revoked or mistyped."


_FROM_DATABASE: Final[Mapping[str, Callable[[], str]]] = {
    "provider": _provider,
    "webhooks": _webhooks,
    "reconciler": _reconciler,
    "facts": _facts,
    "recognition": _recognition,
    "retention": _retention,
}
