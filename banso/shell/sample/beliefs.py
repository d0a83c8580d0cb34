"""What the sample company expected a year and a half ago, how that came out since, and its tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from banso.measure.metrics.models import MetricDefinition
from banso.prove.hypotheses.jobs import check_hypotheses
from banso.prove.hypotheses.models import Check, Hypothesis
from banso.prove.hypotheses.writes import write_down
from banso.prove.tree.models import Tree
from banso.prove.tree.starting import USAGE, sketched
from banso.prove.tree.writes import change_node, create_tree
from banso.shared import clock
from banso.shared.users.models import User

WRITTEN_DAYS_AGO, QUARTER = 540, 91
GOAL, GOAL_IN_DAYS = 0.92, 270


@dataclass(frozen=True)
class Belief:
    statement: str
    metric: str
    owner: str
    outcome: str = "renewal"
    compare: str = ""
    threshold: float | None = None
    smallest: float = 0.15


BELIEFS = (
    Belief(
        "最初の日報共有まで30日以内の顧客は更新しやすい", "days_to_first_value", "aoi@example.jp",
        compare="at_most", threshold=30,
    ),
    Belief("編集する人の割合が高いほど更新しやすい", "editor_share_28d", "analyst@example.jp"),
    Belief(
        "使う人が多いほど契約が拡大しやすい", "active_users_28d", "manager@example.jp",
        outcome="expansion", smallest=0.20,
    ),
)  # fmt: skip


def believe(*, now: datetime) -> None:
    """Write the hypotheses down as on that day, check them quarter by quarter, draw a tree.

    Run again after it was cut off, it goes on with what is missing.
    """
    author = User.objects.get(email="analyst@example.jp")
    written = now - timedelta(days=WRITTEN_DAYS_AGO)
    with clock.held_at(written):
        for belief in BELIEFS:
            _write(belief, author, written)
        if not Check.objects.exists():
            check_hypotheses(asked=True)
    last = Check.objects.order_by("-at").values_list("at", flat=True).first() or written
    day = written + timedelta(days=QUARTER)
    while day <= now:
        if day > last:
            with clock.held_at(day):
                check_hypotheses()
        day += timedelta(days=QUARTER)
    draw_tree(author, now)


def _write(belief: Belief, author: User, written: datetime) -> None:
    metric = MetricDefinition.objects.filter(key=belief.metric).first()
    if metric is None or Hypothesis.objects.filter(statement=belief.statement).exists():
        return
    write_down(
        by=author,
        statement=belief.statement,
        metric=metric,
        outcome=belief.outcome,
        direction="more",
        compare=belief.compare,
        threshold=belief.threshold,
        smallest=belief.smallest,
        every_months=3,
        next_check_on=(written + timedelta(days=QUARTER - 1)).date(),
        owner=User.objects.get(email=belief.owner),
    )


def draw_tree(author: User, now: datetime) -> None:
    if Tree.objects.exists():
        return
    tree = create_tree(
        by=author,
        name="更新率のKPIツリー",
        goal="renewal_rate",
        sketches=sketched(USAGE, goal="renewal_rate"),
    )
    target_on = (now + timedelta(days=GOAL_IN_DAYS)).date()
    change_node(
        by=author, node=tree.nodes.get(parent=None), direction="more", target=GOAL,
        target_on=target_on,
    )  # fmt: skip
