"""What is true about calls, with or without a browser."""
