"""Logging in and out: by password or single sign-on, with a second factor; what a login may last, and who sees it."""
