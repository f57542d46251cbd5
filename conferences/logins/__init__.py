"""Logins: how long each may last, passwords that must be changed, and screens on walls; their only writer."""
