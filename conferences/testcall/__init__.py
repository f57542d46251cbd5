"""Test calls: rings three phones, goes through three modes, and keeps what was heard at each; their only writer."""
