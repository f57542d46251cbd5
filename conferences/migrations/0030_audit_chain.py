"""Chains the audit: each entry holds the hash of the one before, and what it says of people stands in a row of its own.

The release before goes on meanwhile: the columns it writes stay, under names that the program does not use any more.
"""

import secrets

import django.db.models.deletion
from django.db import migrations, models

from conferences.audit.proof import triggers, digests

MOVED = ("actor_name", "source_ip", "conference_name", "targets", "provider_text", "claim", "note")
EMPTY = {"source_ip": None, "targets": []}
AT_ONCE = 500


def chain_entries(apps, schema_editor):
    """Number what there is, move what it says of people, and chain it."""
    database = schema_editor.connection.alias
    entries = apps.get_model("conferences", "AuditEntry").objects.using(database)
    details = apps.get_model("conferences", "AuditDetail").objects.using(database)
    after, seq, head = 0, 0, digests.START
    while batch := list(entries.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        moved = [_move(details.model, entry) for entry in batch]
        for entry, detail in zip(batch, moved, strict=True):
            seq += 1
            entry.seq, entry.previous_hash = seq, head
            entry.detail_digest = digests.detail_digest(vars(detail))
            entry.hash = head = digests.entry_hash(vars(entry))
        linked = ["seq", "previous_hash", "detail_digest", "hash", *(f"old_{name}" for name in MOVED)]
        entries.bulk_update(batch, linked, batch_size=50)
        details.bulk_create(moved)
        after = batch[-1].pk


def _move(model, entry):
    detail = model(entry_id=entry.pk, salt=secrets.token_hex(32))
    for name in MOVED:
        found = getattr(entry, f"old_{name}")
        setattr(detail, name, ("" if found is None else found))
        setattr(entry, f"old_{name}", EMPTY.get(name, ""))
    return detail


def put_back(apps, schema_editor):
    """Give the entries their names and numbers back."""
    database = schema_editor.connection.alias
    triggers.remove(database)
    entries = apps.get_model("conferences", "AuditEntry").objects.using(database)
    for detail in apps.get_model("conferences", "AuditDetail").objects.using(database).iterator():
        found = {f"old_{name}": getattr(detail, name) for name in MOVED}
        entries.filter(pk=detail.entry_id).update(**found | {"old_source_ip": detail.source_ip or None})


def _renamed(name, field):
    """The column stays what it was; only the program calls it otherwise."""
    return migrations.SeparateDatabaseAndState(
        state_operations=[
            migrations.RenameField("auditentry", name, f"old_{name}"),
            migrations.AlterField("auditentry", f"old_{name}", field),
        ]
    )


def _text(length):
    return models.CharField(blank=True, default="", db_default="", max_length=length)


class Migration(migrations.Migration):
    dependencies = [("conferences", "0029_hops")]

    operations = [
        _renamed("actor_name", models.CharField(blank=True, db_column="actor_name", max_length=255)),
        _renamed("source_ip", models.GenericIPAddressField(blank=True, db_column="source_ip", null=True)),
        _renamed("conference_name", models.TextField(blank=True, db_column="conference_name")),
        _renamed("targets", models.JSONField(db_column="targets", default=list)),
        _renamed("provider_text", models.TextField(blank=True, db_column="provider_text")),
        _renamed("claim", models.TextField(blank=True, db_column="claim")),
        _renamed("note", models.TextField(blank=True, db_column="note")),
        migrations.AddField("auditentry", "seq", models.PositiveBigIntegerField(null=True, unique=True)),
        migrations.AddField("auditentry", "reason", _text(40)),
        migrations.AddField("auditentry", "session_digest", _text(64)),
        migrations.AddField("auditentry", "subject", _text(64)),
        migrations.AddField("auditentry", "subject_id", _text(64)),
        migrations.AddField("auditentry", "seconds", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField(
            "auditentry", "detail_digest", models.CharField(db_default="", default="", max_length=64)
        ),
        migrations.AddField("auditentry", "previous_hash", models.CharField(db_default="", default="", max_length=64)),
        migrations.AddField("auditentry", "hash", models.CharField(db_default="", default="", max_length=64)),
        migrations.CreateModel(
            name="AuditDetail",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="conferences.auditentry",
                    ),
                ),
                ("salt", models.CharField(blank=True, max_length=64)),
                ("erased_by", models.PositiveBigIntegerField(blank=True, null=True)),
                ("actor_name", models.CharField(blank=True, max_length=255)),
                ("account", models.CharField(blank=True, max_length=150)),
                ("source_ip", models.CharField(blank=True, max_length=45)),
                ("conference_name", models.TextField(blank=True)),
                ("targets", models.JSONField(default=list)),
                ("people", models.JSONField(default=list)),
                ("address", models.CharField(blank=True, max_length=255)),
                ("claim", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("provider_text", models.TextField(blank=True)),
                ("changes", models.JSONField(default=dict)),
            ],
            options={"base_manager_name": "objects"},
        ),
        migrations.CreateModel(
            name="AuditLock",
            fields=[("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("size", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("head", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=100)),
            ],
            options={"ordering": ["size"], "base_manager_name": "objects"},
        ),
        migrations.AlterModelOptions(
            "auditentry",
            {"base_manager_name": "objects", "ordering": ["-id"], "verbose_name_plural": "audit entries"},
        ),
        migrations.RunPython(chain_entries, put_back),
    ]
