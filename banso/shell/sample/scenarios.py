"""What the sample company's manager asks: what would it be worth if one KPI went up?"""

from __future__ import annotations

from datetime import datetime

from banso.measure.revenue.reads import book
from banso.prove.worth.asking import answer_to
from banso.prove.worth.models import Scenario
from banso.prove.worth.reads import subjects
from banso.prove.worth.rules import Asked
from banso.prove.worth.writes import save_scenario
from banso.shared import clock
from banso.shared.users.models import User
from banso.shell.sample.company import CURRENCY

HORIZON, COST = 12, 1_200_000


def ask_what_it_is_worth(*, now: datetime) -> None:
    """Save one scenario, of the metric that goes with renewal most clearly; again: nothing."""
    if Scenario.objects.exists():
        return
    author = User.objects.get(email="analyst@example.jp")
    owner = User.objects.get(email="manager@example.jp")
    with clock.held_at(now):
        for finding in subjects():
            asked = Asked(
                metric=finding.metric_key, target=float("nan"), horizon=HORIZON, low=0.2, high=0.8,
                cost=COST, currency=CURRENCY,
            )  # fmt: skip
            found = answer_to(asked, book(), clock.today())
            if found.card is None or found.ground is None or found.asked is None:
                continue
            terms = found.ground.terms
            way = "を増やす" if found.ground.up else "を減らす"
            save_scenario(
                by=author, name=f"{finding.label_ja}{way}", owner=owner, asked=found.asked,
                figures=found.card, run=found.ground.source,
                members=list(zip(terms.account.tolist(), terms.mrr.tolist(), strict=True)),
            )  # fmt: skip
            return
