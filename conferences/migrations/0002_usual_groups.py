"""The groups for the usual roles, to begin with; afterwards they are the administrators' to change."""

from django.db import migrations

CODENAMES = {
    "monitor_conference": ("conference", "Can monitor (listen unheard)"),
    "whisper_conference": ("conference", "Can whisper to agents"),
    "barge_conference": ("conference", "Can barge in (be heard by all)"),
    "view_customer_number": ("conference", "Can see customers' numbers in full"),
    "view_conference": ("conference", "Can view conference"),
    "view_leg": ("leg", "Can view leg"),
    "view_participant": ("participant", "Can view participant"),
    "view_supervision": ("supervision", "Can view supervision"),
    "view_fact": ("fact", "Can view fact"),
    "view_auditentry": ("auditentry", "Can view audit entry"),
}

GROUPS = {
    "Monitor": ["monitor_conference"],
    "Coach": ["monitor_conference", "whisper_conference"],
    "Barge": ["monitor_conference", "whisper_conference", "barge_conference"],
    # Answers who listened to whom, and what is kept of a customer: reads every record, takes part in no call.
    "Privacy officer": [
        "view_customer_number",
        "view_conference",
        "view_leg",
        "view_participant",
        "view_supervision",
        "view_fact",
        "view_auditentry",
    ],
}


def create_groups(apps, schema_editor):
    """Django makes permissions only after all migrations; those needed here are made as Django would make them."""
    database = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(database)
    for name, codenames in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(_permission(apps, database, codename) for codename in codenames))


def _permission(apps, database, codename):
    model, name = CODENAMES[codename]
    types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    content_type, _ = types.get_or_create(app_label="conferences", model=model)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    return permissions.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})[0]


class Migration(migrations.Migration):
    dependencies = [
        ("conferences", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop, elidable=False)]
