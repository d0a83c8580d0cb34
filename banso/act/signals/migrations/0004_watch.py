from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop_the_job_that_is_gone(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """``signals.follow`` looked every two minutes; changes now come by themselves."""
    apps.get_model("journal", "Job").objects.filter(name="signals.follow", done_at=None).delete()
    apps.get_model("journal", "Tick").objects.filter(name="signals.follow").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_changes"),
        ("signals", "0003_ranking_reads_its_index_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField()),
                ("settings", models.CharField(max_length=64)),
                ("events_arrive", models.BooleanField()),
                ("contacts_are_recorded", models.BooleanField()),
                ("value_steps", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(pk=1), name="one_watch_state")
                ],
            },
        ),
        migrations.RunPython(drop_the_job_that_is_gone, migrations.RunPython.noop),
    ]
