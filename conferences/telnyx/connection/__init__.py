"""One request to the provider: connections, deadlines, retries, rates and lists."""
