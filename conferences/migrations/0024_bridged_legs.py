from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conferences', '0023_right_to_see_unassigned'),
    ]

    operations = [
        migrations.AddField(
            model_name='leg',
            name='bridged_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
