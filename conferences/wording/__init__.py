"""Kinds to sentences, through gettext: what people read of what rows and code keep as kinds. Nothing decides on one."""
