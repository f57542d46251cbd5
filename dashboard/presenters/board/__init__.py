"""What the board is asked for and how it is arranged: filters, groups, sorting, and why a call needs attention."""
