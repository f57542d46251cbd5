"""What a supervision does next; pure, sends nothing and writes nothing."""
