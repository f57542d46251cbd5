"""Passwords: how they are hashed, out of the way of calls, and which are known to everybody already."""
