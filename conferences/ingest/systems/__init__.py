"""What the center's own systems tell of agents: at which phone they are, and when they wrap a call up."""
