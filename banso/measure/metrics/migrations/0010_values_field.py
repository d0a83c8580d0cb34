from __future__ import annotations

from django.db import migrations

from banso.measure.metrics.values_field import ValuesField


class Migration(migrations.Migration):
    dependencies = [("metrics", "0009_rewritten")]

    operations = [
        migrations.AlterField("accountmeasures", "values", ValuesField(default=dict)),
    ]
