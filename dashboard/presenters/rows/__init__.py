"""Rows as pages and pushes show them: kept while nothing changes, and a notice in the place of one that fails."""
