"""Whether this process is alive, ready, and what it counts."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from conferences import clock
from conferences import metrics as gauges
from conferences.checks import api_key_problem, key_refusal, public_key_problem
from conferences.ingest.webhooks import refused_requests
from conferences.liveness import boundaries, pulse
from conferences.liveness.provider_silence import SILENT, last_word, silence
from conferences.liveness.stores import unapplied_migrations
from conferences.models import AuditEntry, Conference, Fact
from dashboard.live.hub import hub

View = Callable[[HttpRequest], HttpResponse]

# A refused key is corrected by a restart; and should it be corrected at the provider, nobody has to wait for longer.
REFUSAL_COUNTS_FOR: Final = timedelta(minutes=5)
# From here on it is the server that has to be mended, not only its times (doctor.clocks).
DANGEROUS: Final = 120.0
STARTED_AT: Final = timezone.now()
OK: Final = "ok"
NOT_KNOWN: Final = "Not known without the database."


def for_operators(view: View) -> View:
    """Let in probes that carry METRICS_TOKEN (`Authorization: Bearer …`) and users who may view facts.

    401 for anybody else who is not logged in, 403 for other users. An empty METRICS_TOKEN lets no probe in. Where a
    request comes from counts for nothing: behind a proxy on this machine all of them come from 127.0.0.1.
    """

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if _carries_token(request):
            return view(request)
        if not request.user.is_authenticated:
            sentence = "Send METRICS_TOKEN as a bearer token, or log in."
            return HttpResponse(sentence, "text/plain", 401, headers={"WWW-Authenticate": 'Bearer realm="Earshot"'})
        if not request.user.has_perm("conferences.view_fact"):
            raise PermissionDenied
        return view(request)

    return guarded


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 for as long as the process answers at all; open to anybody, tells nothing and asks nothing."""
    return HttpResponse("ok", content_type="text/plain")


@for_operators
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Say of each part whether it is fit, as `ok` or in a sentence; 503 unless all are.

    Its parts: `database` (reachable and migrated), `public_key` (webhooks can be verified), `api_key` (there is
    one, and this process was not refused with it), `provider` (it did not refuse the key at the last command),
    `webhooks` (they can be stored, the provider sends a version that can be read, and is not silent while calls are
    live; what a stranger sends makes nobody unfit, it is only counted here), `reconciler` (it comes round),
    `background` (so does what this process does beside requests), `channel_layer` (nudges reach other processes),
    `facts` (none is parked), `recognition` (how many live calls belong to no team).
    """
    database = _database()
    parts = {
        "database": database,
        "public_key": public_key_problem() or OK,
        "api_key": api_key_problem() or key_refusal() or OK,
        "provider": _provider() if database == OK else NOT_KNOWN,
        "webhooks": _webhooks() if database == OK else NOT_KNOWN,
        "reconciler": _reconciler() if database == OK else NOT_KNOWN,
        "background": _background(),
        "channel_layer": boundaries.CHANNEL_LAYER.trouble or OK,
        "facts": _facts() if database == OK else NOT_KNOWN,
        "clock": _clock(),
        "recognition": _recognition() if database == OK else NOT_KNOWN,
    }
    fit = all(part == OK or part.startswith(f"{OK} ") for part in parts.values())
    return JsonResponse(parts, status=200 if fit else 503)


@for_operators
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """What this process has counted since it started, and how things are now, as Prometheus reads it."""
    _gauge()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _gauge() -> None:
    now = clock.now()
    word = last_word()
    ages = {"provider": None if word is None else now - word, "reconciler": pulse.age(pulse.RECONCILER, now)}
    for part, age in ages.items():
        gauges.AGE.labels(part).set(math.nan if age is None else age.total_seconds())
    for outcome in (Fact.Outcome.DEAD, Fact.Outcome.PARKED):
        gauges.FACTS.labels(outcome.value).set(Fact.objects.filter(outcome=outcome).count())
    gauges.UNASSIGNED.set(Conference.objects.live().unassigned().count())
    gauges.SOCKETS.set(hub.count)
    for share, seconds in hub.lag.items():
        gauges.LAG.labels(share).set(seconds)


def _carries_token(request: HttpRequest) -> bool:
    token = str(getattr(settings, "METRICS_TOKEN", ""))
    sent = request.headers.get("Authorization", "")
    return bool(token) and secrets.compare_digest(sent.encode(), f"Bearer {token}".encode())


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
        return OK
    what = "1 fact is" if count == 1 else f"{count} facts are"
    return f"{what} parked by a mistake of ours: look under Facts, and run manage.py replay_facts once it is mended."


def _recognition() -> str:
    """A center's own matter: no process is unfit for it."""
    count = Conference.objects.live().unassigned().count()
    return f"{OK} ({count} live {'call belongs' if count == 1 else 'calls belong'} to no team)" if count else OK


def _provider() -> str:
    """Every answer to a command is in the audit, whichever process sent it."""
    since = max(STARTED_AT, clock.now() - REFUSAL_COUNTS_FOR)
    answers = AuditEntry.objects.filter(phase=AuditEntry.Phase.OUTCOME, at__gte=since).exclude(http_status=None)
    last = answers.order_by("-pk").first()
    if last is None or last.http_status != 401:
        return OK
    return f"The provider refused TELNYX_API_KEY at {last.at:%H:%M:%S} UTC; a key may have been revoked or mistyped."
