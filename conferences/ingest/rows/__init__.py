"""The rows that some facts touch: loaded as the fold's state, and written where they differ from it."""

from conferences.ingest.rows.differences import Found
from conferences.ingest.rows.legs import agents_on
from conferences.ingest.rows.touched import Rows

__all__ = ["Found", "Rows", "agents_on"]
