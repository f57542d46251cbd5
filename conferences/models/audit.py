"""The audit: one entry per action before it is sent, one for its outcome; written by the audit package alone."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.db import models

from conferences.models.conferences import Conference
from conferences.models.listening.supervision import Supervision

_Row = TypeVar("_Row", bound=models.Model)


class AppendOnly(Exception):
    """Something of the audit was about to be changed or deleted, or written past its one writer."""


class ClosedQuerySet(models.QuerySet[_Row]):
    """Reads. The database's triggers refuse the same of whoever does not come this way."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Nothing of the audit is ever changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Nothing of the audit is ever deleted.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Entries are written one after another, by the audit package.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Nothing of the audit is ever changed.")

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise AppendOnly("Nothing of the audit is ever deleted.")

    def _update(self, values: Any, returning_fields: Any = None) -> NoReturn:
        raise AppendOnly("Nothing of the audit is ever changed.")


class Closed(models.Model):
    """A row that is inserted once, and stays."""

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("Nothing of the audit is ever changed.")
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Nothing of the audit is ever deleted.")


class OfDetail:
    """A personal detail as if it stood in the entry itself; one that was erased reads as empty."""

    def __init__(self, empty: Any = "") -> None:
        self.empty = empty

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, entry: AuditEntry | None, owner: type | None = None) -> Any:
        if entry is None:
            return self
        detail = getattr(entry, "detail", None)
        return getattr(detail, self.name) or self.empty if detail else self.empty


class AuditEntry(Closed):
    """Who did what to which call or record, when, and what came of it; chained to the entry before it.

    What it says of people stands beside it, in `detail`, and can be erased without breaking the chain.
    """

    class Phase(models.TextChoices):
        INTENT = "intent", "asked"
        OUTCOME = "outcome", "outcome"

    class Result(models.TextChoices):
        PENDING = "", "–"
        OK = "ok", "accepted"
        REFUSED = "refused", "refused by the provider"
        UNKNOWN = "unknown", "outcome unknown"
        DENIED = "denied", "not allowed here"
        UNREACHED = "unreached", "not reached"
        NO_PERSON = "no_person", "no person answered"

    seq = models.PositiveBigIntegerField(unique=True, null=True)  # without gaps; NULL: written by the release before
    at = models.DateTimeField()
    phase = models.CharField(max_length=10, choices=Phase)
    intent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="outcomes")
    action = models.CharField(max_length=20)  # dial, ring, ask, join, update, mute, unmute, leave, hangup
    result = models.CharField(max_length=10, choices=Result, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, null=True, related_name="audit_entries")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, null=True, related_name="audit_entries")
    telnyx_conference_id = models.CharField(max_length=255, blank=True)
    call_control_id = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=10, blank=True)
    command_id = models.CharField(max_length=64, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    sends = models.PositiveSmallIntegerField(null=True, blank=True)
    provider_code = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=40, blank=True, default="", db_default="")  # a kind: why Earshot did it
    session_digest = models.CharField(max_length=64, blank=True, default="", db_default="")  # of the actor's login
    subject = models.CharField(max_length=64, blank=True, default="", db_default="")  # what was changed or read,
    subject_id = models.CharField(max_length=64, blank=True, default="", db_default="")  # and which one
    seconds = models.PositiveIntegerField(null=True, blank=True)  # how long what ends with this entry has lasted
    detail_digest = models.CharField(max_length=64, default="", db_default="")
    previous_hash = models.CharField(max_length=64, default="", db_default="")
    hash = models.CharField(max_length=64, default="", db_default="")

    # As the release before writes and reads them. Everything of them is in `detail` now.
    old_actor_name = models.CharField(max_length=255, blank=True, db_column="actor_name")
    old_source_ip = models.GenericIPAddressField(null=True, blank=True, db_column="source_ip")
    old_conference_name = models.TextField(blank=True, db_column="conference_name")
    old_targets: models.JSONField[Any, Any] = models.JSONField(default=list, db_column="targets")
    old_provider_text = models.TextField(blank=True, db_column="provider_text")
    old_claim = models.TextField(blank=True, db_column="claim")
    old_note = models.TextField(blank=True, db_column="note")

    objects = ClosedQuerySet.as_manager()

    actor_name = OfDetail()
    account = OfDetail()
    source_ip = OfDetail(None)
    conference_name = OfDetail()
    targets = OfDetail([])
    people = OfDetail([])
    address = OfDetail()
    claim = OfDetail()
    note = OfDetail()
    provider_text = OfDetail()
    changes = OfDetail({})

    class Meta:
        ordering = ["-id"]
        base_manager_name = "objects"
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["-at"], name="audit_at")]  # the audit page's filter on days

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.phase}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and not self.hash:
            raise AppendOnly("Entries are written by the audit package, which chains them.")
        super().save(*args, **kwargs)


class AuditDetail(Closed):
    """What an entry says of people. Names are copied as they were shown at that moment: they may change later.

    Erased, it stays as an empty row that names the entry which tells of the erasure.
    """

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    salt = models.CharField(max_length=64, blank=True)
    erased_by = models.PositiveBigIntegerField(null=True, blank=True)  # that entry's seq
    actor_name = models.CharField(max_length=255, blank=True)
    account = models.CharField(max_length=150, blank=True)
    source_ip = models.CharField(max_length=45, blank=True)
    conference_name = models.TextField(blank=True)
    targets: models.JSONField[Any, Any] = models.JSONField(default=list)  # [{"call_control_id": …, "name": …}]
    people: models.JSONField[Any, Any] = models.JSONField(default=list)  # in the call then: [{"agent": …, "name": …}]
    address = models.CharField(max_length=255, blank=True)  # of the supervisor's phone
    claim = models.TextField(blank=True)  # who would hear, as the screen put it at that moment
    note = models.TextField(blank=True)
    provider_text = models.TextField(blank=True)
    changes: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {field: [old, new]}; of a join, its terms

    objects = ClosedQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.actor_name


class AuditLock(models.Model):
    """The one row that whoever writes an entry holds until it is written."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)

    def __str__(self) -> str:
        return "the audit's lock"


class AuditCheckpoint(Closed):
    """A signed statement of how many entries there were, and of the last one's hash; its copies are kept elsewhere."""

    size = models.PositiveBigIntegerField(primary_key=True)
    head = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)  # public, base64
    signature = models.CharField(max_length=100)  # base64

    objects = ClosedQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["size"]

    def __str__(self) -> str:
        return f"{self.size} entries"


class AuditCut(Closed):
    """A signed statement that the entries up to one were deleted, with what the rest needs to be verified by."""

    size = models.PositiveBigIntegerField(primary_key=True)  # the last deleted entry's seq
    head = models.CharField(max_length=64)  # and its hash
    last_at = models.DateTimeField()  # and when it was of
    erased: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {seq of the entry that tells of it: [seq]}
    at = models.DateTimeField()
    key = models.CharField(max_length=64)  # public, base64
    signature = models.CharField(max_length=100)  # base64

    objects = ClosedQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"up to {self.size}"


class OwedEntry(models.Model):
    """An audit entry that could not be written at its time: what it would hold, as of when it was due.

    `intent`: of an outcome whose intent is owed too.
    """

    values: models.JSONField[Any, Any] = models.JSONField()
    intent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="outcomes")

    class Meta:
        ordering = ["id"]
        verbose_name = "owed audit entry"
        verbose_name_plural = "owed audit entries"

    def __str__(self) -> str:
        return f"{self.values.get('action', '')} at {self.values.get('at', '')}"
