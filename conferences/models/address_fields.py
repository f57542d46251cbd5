"""Fields for addresses: kept in their canonical form, with what somebody typed beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import models

from conferences.addresses import InvalidAddress, normalise, read, readable

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class AddressField(_CharField):
    """An E.164 number or a SIP address, kept in its canonical form; the row's `written` keeps it as it was typed.

    Saving text that is no address raises ValidationError; looking for it finds nothing.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unique": "This is in the directory already. To write it in another row, first take it away and save.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return normalise(text)
        except InvalidAddress as error:
            raise ValidationError(str(error), code="invalid") from None

    def get_prep_value(self, value: Any) -> Any:
        try:
            return super().get_prep_value(value)
        except ValidationError:
            return value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        self._keep_written(value, model_instance)
        return super().clean(value, model_instance)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        typed = super().pre_save(model_instance, add)
        normal = self.to_python(typed)
        self._keep_written(typed, model_instance)
        setattr(model_instance, self.attname, normal)
        return normal

    def _keep_written(self, typed: Any, row: Any) -> None:
        """A canonical form comes back from a form or a query, not from a person: what was written before it stays."""
        if isinstance(row, Written) and typed and (typed != _canonical(typed) or _canonical(row.written) != typed):
            row.written = str(typed)


class DialledField(AddressField):
    """An address that Earshot itself rings."""

    def to_python(self, value: Any) -> Any:
        address = super().to_python(value)
        if address and not read(address).is_dialable:
            raise ValidationError(
                "Earshot rings this phone: write the SIP user with its host, such as sip:1001@pbx.example.com.",
                code="not_dialable",
            )
        return address


class NumberField(AddressField):
    """An E.164 number only."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number and not number.startswith("+"):
            raise ValidationError("Write a telephone number with + and country code.", code="invalid")
        return number


_BEGINNING: Final = re.compile(r"\+[\d\s().-]{3,30}")
_FEWEST_DIGITS: Final = 3  # fewer would be all numbers of a country


class PrefixField(AddressField):
    """An E.164 number, or the digits that such numbers begin with."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        try:
            number = normalise(text) if text else ""
        except InvalidAddress:
            number = "+" + re.sub(r"\D", "", text) if _BEGINNING.fullmatch(text) else "-"
        if number and not (number.startswith("+") and len(number) > _FEWEST_DIGITS):
            said = "Write a telephone number, or how numbers begin, with + and country code: +34 910."
            raise ValidationError(said, code="invalid")
        return number


def _canonical(text: str) -> str:
    try:
        return normalise(text)
    except InvalidAddress:
        return ""


class Written(models.Model):
    """A row with an address: beside its canonical form, which is compared, what somebody typed."""

    written = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def spelt_otherwise(self) -> str:
        """What was typed, where that is not how the canonical form reads."""
        canonical = str(getattr(self, "number", "") or getattr(self, "address", ""))
        return self.written if self.written not in ("", canonical, readable(canonical)) else ""
