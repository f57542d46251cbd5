"""The way in: webhooks to facts to rows and feed. The only writers of facts, calls and the feed."""
