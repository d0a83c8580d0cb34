from __future__ import annotations

from typing import Any

from django.db import migrations, models


def keep_last_event(apps: Any, _schema_editor: Any) -> None:
    """The day of the last event of all, which an index found before."""
    measures = apps.get_model("metrics", "AccountMeasures")
    last = measures.objects.aggregate(day=models.Max("last_event_on"))["day"]
    apps.get_model("metrics", "Refresh").objects.update(last_event_on=last)


def tell_in_rows(apps: Any, _schema_editor: Any) -> None:
    """Rows of a refresh that changed everybody did not tell it."""
    for state in apps.get_model("metrics", "Refresh").objects.filter(rewritten__gt=0):
        rows = apps.get_model("metrics", "AccountMeasures").objects
        rows.filter(revision__lt=state.rewritten).update(revision=state.rewritten)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0008_series_apart")]

    operations = [
        migrations.AddField(
            "refresh", "last_event_on", models.DateField(null=True)
        ),
        migrations.AddField(
            "refresh", "rewritten", models.PositiveBigIntegerField(default=0)
        ),
        migrations.RunPython(keep_last_event, tell_in_rows),
        migrations.AlterField(
            "accountmeasures", "last_event_on", models.DateField(null=True)
        ),
    ]
