"""Columns and a table by the field's own terms; what waits to be audited is kept under the same names."""

from django.db import migrations

COLUMNS = {
    "auditentry": {"deed": "action", "said": "claim"},
    "conference": {
        "known_at": "last_event_at",
        "told_at": "provider_time",
        "stored_at": "persisted_at",
        "read_at": "polled_at",
        "record_read_at": "record_polled_at",
        "checked_at": "verified_at",
    },
    "supervision": {
        "wanted": "is_active",
        "asked_role": "requested_role",
        "asked_targets": "requested_targets",
        "asked_at": "requested_at",
        "seen_at": "dismissed_at",
        "proof": "confirmation",
        "proof_at": "confirmation_at",
    },
}


def rename_owed(apps, schema_editor):
    _rename_owed(apps, COLUMNS["auditentry"])


def rename_owed_back(apps, schema_editor):
    _rename_owed(apps, {new: old for old, new in COLUMNS["auditentry"].items()})


def _rename_owed(apps, names):
    for owed in apps.get_model("conferences", "OwedEntry").objects.all():
        owed.values = {names.get(name, name): value for name, value in owed.values.items()}
        owed.save()


class Migration(migrations.Migration):
    dependencies = [("conferences", "0026_teams_then")]

    operations = [
        *(
            migrations.RenameField(model_name=model, old_name=old, new_name=new)
            for model, names in COLUMNS.items()
            for old, new in names.items()
        ),
        migrations.RenameModel(old_name="Lookback", new_name="BackfillCursor"),
        migrations.RunPython(rename_owed, rename_owed_back, elidable=True),
    ]
