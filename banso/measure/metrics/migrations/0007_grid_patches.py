from __future__ import annotations

from typing import Any

from django.db import migrations, models


def forget_patched(apps: Any, schema_editor: Any) -> None:
    """Without their patches these Mondays are out of date: they are made again from the events."""
    grids = apps.get_model("metrics", "GridFile")
    grids.objects.exclude(patches=[]).delete()


class Migration(migrations.Migration):
    dependencies = [("metrics", "0006_packed_series")]

    operations = [
        migrations.AddField("gridfile", "patches", models.JSONField(default=list)),
        migrations.RunPython(migrations.RunPython.noop, forget_patched),
    ]
