"""The announcements of this app, sent after commit: the one place where two sides must not know each other."""

from django.dispatch import Signal

# Something a screen may show has changed; the feed has a higher number. Sent after commit, with no arguments.
feed_moved = Signal()

# Facts were stored, or a supervisor asked for something: there may be something to do. Sent after commit, no arguments.
work_arrived = Signal()
