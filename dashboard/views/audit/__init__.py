"""The audit's pages: stays, each in a line that unfolds, and every action by itself."""
