"""What this process counts, for /metrics."""

from prometheus_client import Counter

WEBHOOKS = Counter("earshot_webhooks_total", "Webhook deliveries by what became of them", ["outcome"])
COMMANDS = Counter("earshot_commands_total", "Commands sent to the provider by result", ["deed", "result"])
