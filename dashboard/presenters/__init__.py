"""Rows to plain values for one audience: what templates show, with numbers masked and rights decided."""
