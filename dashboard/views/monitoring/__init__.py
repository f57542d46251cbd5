"""What other machines ask of this one: whether it lives, whether it is ready, and what it measures."""
