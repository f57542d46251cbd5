"""Deletes what was told of calls that are long over: first the facts, later numbers and addresses."""

from conferences.ingest.forgetting.erasing import erase
from conferences.ingest.forgetting.facts import count_facts, facts
from conferences.ingest.forgetting.numbers import count_numbers, numbers, with_addresses
from conferences.ingest.forgetting.whole_months import names as names_of_whole_months

__all__ = ["count_facts", "count_numbers", "erase", "facts", "names_of_whole_months", "numbers", "with_addresses"]
