"""Another health score that the sample company's analyst tries on the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from banso.measure.health.reads import borders_in_force, lines_in_force
from banso.measure.health.rules import USAGE, Measure
from banso.prove.prediction.models import Alternative
from banso.prove.prediction.writes import write_alternative
from banso.shared import clock
from banso.shared.users.models import User

NAME = "編集する人の割合を加える"
LESS = {"usage_28d": 5, "usage_trend_28d": 10, "contact_days": 10}
WRITTEN_DAYS_AGO = 20


def try_another(*, now: datetime) -> None:
    """Written down a few weeks ago; the comparison follows with the other jobs."""
    if Alternative.objects.exists():
        return
    lines = [replace(line, weight=LESS.get(line.key, line.weight)) for line in lines_in_force()]
    lines.append(Measure("editor_share_28d", USAGE, 30, None, None))
    with clock.held_at(now - timedelta(days=WRITTEN_DAYS_AGO)):
        write_alternative(
            by=User.objects.get(email="analyst@example.jp"),
            name=NAME,
            because="書く人が増えた顧客は続いている、と葵さんと翔さんが口をそろえるため",
            measures=lines,
            borders=borders_in_force(),
        )
