"""What this process counts, for /metrics; `docs/operations.md` says what to make of each.

No label has more values than are written down in our code: never an id, a name or an address. Those of a counter are
there from the start, at 0: of one that began at 1 monitoring sees no increase.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# The provider waits for two seconds (Telnyx docs: Voice API webhooks).
_ACK_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 5.0)
_BATCH_SIZES: Final = (1, 2, 4, 8, 16, 32, 64)

READY = Gauge("earshot_ready", "1 while a part of /readyz is fit, else 0", ["part"])

# The way in.
WEBHOOKS = Counter("earshot_webhooks_total", "Webhook deliveries by what became of them", ["outcome"])
ACK = Histogram("earshot_webhook_ack_seconds", "From a webhook's coming in to its answer", buckets=_ACK_SECONDS)
BATCH = Histogram("earshot_webhook_batch_size", "Webhooks that were stored together", buckets=_BATCH_SIZES)
QUEUE = Gauge("earshot_webhook_queue", "Webhooks that wait to be stored")
FACTS = Gauge(
    "earshot_facts", "Facts that do not count: dead letters, and those parked by a mistake of ours", ["outcome"]
)
AGE = Gauge(
    "earshot_age_seconds",
    "Seconds since a sign of life: the provider's last word, the reconciler's round, the last pruning",
    ["part"],
)
SILENCE = Gauge("earshot_provider_silence_seconds", "For how long nothing was heard while calls are live, else 0")
CLOCK = Gauge("earshot_clock_ahead_seconds", "How far this machine's clock is ahead of the provider's")
LIVE = Gauge("earshot_live_calls", "Live calls")
UNASSIGNED = Gauge("earshot_unassigned_calls", "Live calls that belong to no team")

# The way to the screens.
SOCKETS = Gauge("earshot_sockets", "Pages open at this process")
FEED = Gauge("earshot_feed_number", "The number of the last change that a screen may show")
BEHIND = Gauge("earshot_feed_behind", "Feed numbers that the page which was told least has not been told")
LAG = Gauge("earshot_lag_seconds", "From the provider's time to the screen, as browsers have told", ["share"])

# The way out.
COMMANDS = Counter("earshot_commands_total", "Commands sent to the provider by result", ["action", "result"])
OWED = Gauge("earshot_audit_owed", "Audit entries that could not be written yet")

# The process and its database.
FAILURES = Counter("earshot_failures_total", "Mistakes of ours that were caught where the rest goes on", ["boundary"])
LOOP_LAG = Gauge("earshot_loop_lag_seconds", "How late the event loop came round, at worst within the last minute")
LOOP_BLOCKED = Counter("earshot_loop_blocked_total", "How often the event loop stood still for a second or longer")
DATABASE_BYTES = Gauge(
    "earshot_database_bytes", "Size of the database, and of what SQLite has not merged yet", ["file"]
)
DATABASE_ERRORS = Counter("earshot_database_errors_total", "Statements that the database refused, by kind", ["kind"])

# What browsers refused to run or load of our pages, by the directive that forbade it.
POLICY_DIRECTIVES: Final = (
    *("script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr"),
    *("img-src", "font-src", "connect-src", "form-action", "base-uri", "frame-ancestors", "frame-src"),
    *("object-src", "media-src", "worker-src", "manifest-src", "default-src"),
)
POLICY_REPORTS = Counter(
    "earshot_policy_reports_total",
    "Browsers' reports of what the pages' Content-Security-Policy forbade",
    ["directive"],
)
for _directive in (*POLICY_DIRECTIVES, "other"):
    POLICY_REPORTS.labels(_directive)
