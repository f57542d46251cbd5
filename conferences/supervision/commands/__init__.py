"""The provider's command for each step, and its sending with audit entry and fact."""
