"""Whether what must run does: boundaries around our mistakes, signs of life, how long the provider is silent."""
