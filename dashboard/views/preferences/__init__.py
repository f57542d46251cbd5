"""What each user has chosen for herself: keys, and what she is alerted to."""
