"""Feed to sockets: who is connected, what they are sent, and how far behind they are."""
