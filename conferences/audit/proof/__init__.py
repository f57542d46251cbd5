"""That nothing of the audit was changed: the chain, what guards it, checkpoints, and verifying here and elsewhere."""
