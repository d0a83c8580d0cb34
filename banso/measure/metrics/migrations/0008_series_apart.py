from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import banso.measure.metrics.series_field

APART = """
INSERT INTO metrics_accountseries (account_id, series)
SELECT account_id, series FROM metrics_accountmeasures WHERE length(series) > 0
"""
TOGETHER = """
UPDATE metrics_accountmeasures SET series = (
    SELECT apart.series FROM metrics_accountseries apart
    WHERE apart.account_id = metrics_accountmeasures.account_id
) WHERE account_id IN (SELECT account_id FROM metrics_accountseries)
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0007_grid_patches")]

    operations = [
        migrations.CreateModel(
            name="AccountSeries",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("series", banso.measure.metrics.series_field.SeriesField(default=dict)),
            ],
        ),
        migrations.RunSQL(APART, TOGETHER),
        migrations.RemoveField("accountmeasures", "series"),
    ]
