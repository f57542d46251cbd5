"""Every HTTP address: fetch what this user may see, validate, one call, one render."""
