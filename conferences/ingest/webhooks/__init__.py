"""Webhooks: received over HTTP, verified, bounded, stored and answered."""
