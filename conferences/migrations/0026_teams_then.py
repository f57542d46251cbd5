from django.db import migrations, models


def keep_teams(apps, schema_editor):
    """Ended conferences are from now on seen by the teams that they have today."""
    Conference = apps.get_model("conferences", "Conference")
    Participant = apps.get_model("conferences", "Participant")
    kept = Conference.teams_then.through.objects
    ended = Participant.objects.filter(conference__state="completed")
    agents = ended.filter(leg__agent__isnull=False).values_list("conference", "leg__agent__team")
    sharers = ended.filter(leg__sharers__isnull=False).values_list("conference", "leg__sharers__team")
    queues = Conference.objects.filter(state="completed", queue__isnull=False).values_list("pk", "queue__team")
    for rows in (agents, sharers, queues):
        found = (kept.model(conference_id=one, team_id=team) for one, team in rows.distinct().iterator())
        kept.bulk_create(found, batch_size=1000, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('conferences', '0025_unknown_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='conference',
            name='teams_then',
            field=models.ManyToManyField(blank=True, editable=False, related_name='ended_conferences', to='conferences.team'),
        ),
        migrations.RunPython(keep_teams, migrations.RunPython.noop, elidable=True),
    ]
