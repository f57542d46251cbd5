"""The admin's first page: what is wrong and where to mend it, the steps of setting up, and what goes on now."""
