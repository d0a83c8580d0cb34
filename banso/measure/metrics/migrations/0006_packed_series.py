from __future__ import annotations

from typing import Any

from django.db import migrations

import banso.measure.metrics.series_field


def pack(apps: Any, schema_editor: Any) -> None:
    """The weekly values in their new form; nothing is computed again."""
    _copied(apps, "series_json", "series")


def unpack(apps: Any, schema_editor: Any) -> None:
    _copied(apps, "series", "series_json")


def _copied(apps: Any, source: str, target: str) -> None:
    measures = apps.get_model("metrics", "AccountMeasures")
    rows = measures.objects.only("pk", source).iterator(chunk_size=2000)
    waiting = []
    for row in rows:
        value = getattr(row, source)
        setattr(row, target, value)
        waiting.append(row)
        if len(waiting) == 2000:
            measures.objects.bulk_update(waiting, [target])
            waiting = []
    measures.objects.bulk_update(waiting, [target])


class Migration(migrations.Migration):
    dependencies = [("metrics", "0005_facts")]

    operations = [
        migrations.RenameField("accountmeasures", "series", "series_json"),
        migrations.AddField(
            "accountmeasures",
            "series",
            banso.measure.metrics.series_field.SeriesField(default=dict),
        ),
        migrations.RunPython(pack, unpack),
        migrations.RemoveField("accountmeasures", "series_json"),
    ]
