"""Rights that were implied are named, and the groups for the usual roles; nobody loses what was allowed before."""

from django.db import migrations, models
from django.db.models import Q

NEW = {
    "view_board": "Can see the board: live and ended calls of the teams and queues given",
    "export_audit": "Can export the audit",
    "administer_directory": "Can administer the directory: teams, queues, agents, supervisors",
    "give_rights": "Can give rights to people and groups",
}
MODES = ["monitor_conference", "whisper_conference", "barge_conference"]
GROUPS = {
    "Viewer": ["view_board"],
    "Monitor": ["view_board", *MODES[:1]],
    "Coach": ["view_board", *MODES[:2]],
    "Supervisor": ["view_board", *MODES, "end_supervision", "view_unassigned"],
    "Auditor": ["view_auditentry", "export_audit"],
    "Administrator": ["administer_directory", "give_rights", "view_user", "add_user", "change_user", "view_group"],
}
# The group of the first release, which is the Supervisor's now; kept where somebody is in it or it was changed.
REPLACED = "Barge"


def name_rights(apps, schema_editor):
    database = schema_editor.connection.alias
    rows = apps.get_model("auth", "Permission").objects.using(database)
    types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    conference, _ = types.get_or_create(app_label="conferences", model="conference")
    for codename, name in NEW.items():
        rows.get_or_create(content_type=conference, codename=codename, defaults={"name": name})
    _make_groups(apps, database)
    # Until now whoever was a supervisor saw the board, and whoever might change users gave rights.
    _give(apps, database, "view_board", ["conferences." + one for one in MODES], Q(supervisor__isnull=False))
    _give(apps, database, "give_rights", ["auth.change_user", "auth.add_user", "auth.change_group"], Q())


def _make_groups(apps, database):
    groups = apps.get_model("auth", "Group").objects.using(database)
    for name, codenames in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(_permission(apps, database, codename) for codename in codenames))
    old = groups.filter(name=REPLACED, user=None).first()
    if old and sorted(old.permissions.values_list("codename", flat=True)) == sorted(MODES):
        old.delete()


def _permission(apps, database, codename):
    """Django makes permissions only after all migrations; those needed here are made as Django would make them."""
    app_label, model = _MODELS.get(codename, ("conferences", "conference"))
    types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    content_type, _ = types.get_or_create(app_label=app_label, model=model)
    rows = apps.get_model("auth", "Permission").objects.using(database)
    name = _NAMES.get(codename) or f"Can {codename.replace('_', ' ')}"
    return rows.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})[0]


_MODELS = {
    "end_supervision": ("conferences", "supervision"),
    "view_auditentry": ("conferences", "auditentry"),
    **{f"{action}_user": ("auth", "user") for action in ("view", "add", "change")},
    "view_group": ("auth", "group"),
}
_NAMES = {
    "monitor_conference": "Can monitor (listen unheard)",
    "whisper_conference": "Can whisper to agents",
    "barge_conference": "Can barge in (be heard by all)",
    "view_unassigned": "Can see calls that belong to no team",
    "end_supervision": "Can end others' supervision",
    "view_auditentry": "Can view audit entry",
    **NEW,
}


def _give(apps, database, codename, holding, also):
    """Give a right to all groups and users that hold one of these themselves, and to the users that `also` names."""
    held = Q()
    for one in holding:
        app_label, _, held_codename = one.partition(".")
        held |= Q(content_type__app_label=app_label, codename=held_codename)
    right = _permission(apps, database, codename)
    rows = list(apps.get_model("auth", "Permission").objects.using(database).filter(held).values_list("pk", flat=True))
    users, groups = (apps.get_model("auth", name).objects.using(database) for name in ("User", "Group"))
    for user in users.filter(Q(user_permissions__in=rows) | also).distinct():
        user.user_permissions.add(right)
    for group in groups.filter(permissions__in=rows).distinct():
        group.permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ('conferences', '0036_sensitive_sections'),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='conference',
            options={'ordering': ['first_seen_at', 'id'], 'permissions': [('monitor_conference', 'Can monitor (listen unheard)'), ('whisper_conference', 'Can whisper to agents'), ('barge_conference', 'Can barge in (be heard by all)'), ('override_join_policy', "Can join otherwise than the queue's policy says"), ('view_unassigned', 'Can see calls that belong to no team'), ('view_customer_number', "Can see customers' numbers in full"), ('view_board', 'Can see the board: live and ended calls of the teams and queues given'), ('export_audit', 'Can export the audit'), ('administer_directory', 'Can administer the directory: teams, queues, agents, supervisors'), ('give_rights', 'Can give rights to people and groups')]},
        ),
        migrations.AddField(
            model_name='supervisor',
            name='queues',
            field=models.ManyToManyField(blank=True, help_text="Single queues of other teams: their calls alone, and not what else those teams' agents are on.", related_name='supervisors', to='conferences.queue'),
        ),
        migrations.RunPython(name_rights, migrations.RunPython.noop, elidable=False),
    ]
