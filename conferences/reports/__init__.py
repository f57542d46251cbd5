"""Reports on listening, read off the audit: who listened to whom, how long, in which mode, why, and told or not."""
