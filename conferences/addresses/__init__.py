"""Telephone numbers and SIP addresses: reading every spelling of one party, and showing them to who may see them."""

from conferences.addresses.address import FORMS, Address, InvalidAddress
from conferences.addresses.numbers import default_region
from conferences.addresses.reading import canonical, is_withheld, normalise, read, spellings
from conferences.addresses.showing import WITHHELD, mask_numbers, masked, readable, searchable

__all__ = [
    "FORMS",
    "WITHHELD",
    "Address",
    "InvalidAddress",
    "canonical",
    "default_region",
    "is_withheld",
    "mask_numbers",
    "masked",
    "normalise",
    "read",
    "readable",
    "searchable",
    "spellings",
]
