"""The way back: asks the provider what it knows, compares, and records what differs as facts."""
