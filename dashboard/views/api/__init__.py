"""What the center's own systems may tell Earshot and ask it, with API_TOKEN as a bearer token."""
