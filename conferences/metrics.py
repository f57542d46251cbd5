"""What this process counts, for /metrics."""

from prometheus_client import Counter, Gauge

WEBHOOKS = Counter("earshot_webhooks_total", "Webhook deliveries by what became of them", ["outcome"])
COMMANDS = Counter("earshot_commands_total", "Commands sent to the provider by result", ["action", "result"])
AGE = Gauge(
    "earshot_age_seconds", "Seconds since a sign of life: the provider's last word, the reconciler's round", ["part"]
)
FACTS = Gauge(
    "earshot_facts", "Facts that do not count: dead letters, and those parked by a mistake of ours", ["outcome"]
)
SOCKETS = Gauge("earshot_sockets", "Pages open at this process")
UNASSIGNED = Gauge("earshot_unassigned_calls", "Live calls that belong to no team")
LAG = Gauge("earshot_lag_seconds", "From the provider's time to the screen, as browsers have told", ["share"])
