"""Alerts: what each user wants to hear of, when a page may raise one, and what she was alerted to."""
