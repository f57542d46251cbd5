"""The audit: what is recorded of every action, before it is sent and after; the only writer of audit entries."""
