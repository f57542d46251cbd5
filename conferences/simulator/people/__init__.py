"""The people of a fictitious contact center, their stories, and a provider that plays one in real time."""
