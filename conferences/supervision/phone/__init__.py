"""The supervisor's own phone: whether the provider knows it, and how it is made sure that a person took it."""
