"""The commands of retention, found here by Django as it is an app of its own."""
