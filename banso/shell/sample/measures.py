"""What the sample company did and asks about: a training, visits, and a random hold-out.

The truth is known: after the training customers comment 60 % more (``training.py``), the visits
before renewals changed nothing and went to small customers, and the held-out letters do nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Q

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.rules import GRACE_DAYS
from banso.prove.effects.holdouts import MINIMUM_UNITS, Planned, drawn
from banso.prove.effects.models import Measure
from banso.prove.effects.pages import looks_kept
from banso.prove.effects.rules import planned_looks, stratum_of
from banso.prove.effects.writes import begin_holdout, begin_measure, draft_measure
from banso.prove.engine.holdout import smallest_detectable
from banso.prove.engine.sequential import plan
from banso.shared import clock
from banso.shared.users.models import User
from banso.shell.sample.company import SOURCE, Company

TRAINING, VISITS, LETTERS = "コメント活用講座", "更新前の訪問", "四半期の活用レター"
VISITED_DAYS_BEFORE = (95, 170)
DRAWN_DAYS_AGO, SHARE, HISTORY_DAYS = 230, 0.5, 730
BASE_RATE = 0.85
SEED = 106


def ask_about_measures(company: Company, *, now: datetime) -> None:
    """Write down what was done when it was done; those that are there already are left alone."""
    author = User.objects.get(email="analyst@example.jp")
    accounts = dict(Account.objects.filter(source=SOURCE).values_list("external_id", "pk"))
    trained = {accounts[key]: day for key, day in company.trained.items() if key in accounts}
    if trained and not Measure.objects.filter(name=TRAINING).exists():
        with clock.held_at(_noon(max(trained.values()), now)):
            measure = draft_measure(
                by=author, name=TRAINING, origin="list", goal="metric", treated=trained,
                metric_key="count_comment_added_28d", meaningful=0.2,
                what_done="現場の入力者と管理者に、日報へのコメントの付け方を60分のオンライン講座で説明した。",
                reason="従業員数の多い顧客から順に声をかけた。",
                params={"looked_at": ["account.employees"]},
            )  # fmt: skip
        begin_measure(by=author, measure=measure)
    visited = visits(now.date())
    if visited and not Measure.objects.filter(name=VISITS).exists():
        with clock.held_at(_noon(max(visited.values()), now)):
            measure = draft_measure(
                by=author, name=VISITS, origin="list", goal="renewal", treated=visited,
                what_done="更新の3か月から半年前に訪問し、使い方の困りごとを聞いた。",
                reason="規模の小さい顧客は離れやすいと考え、優先して訪問した。",
                params={"looked_at": ["account.employees"]},
            )  # fmt: skip
        begin_measure(by=author, measure=measure)
    if not Measure.objects.filter(name=LETTERS).exists():
        draw_letters(author, now)


def _noon(day: date, now: datetime) -> datetime:
    return min(now, datetime.combine(day, datetime.min.time(), now.tzinfo) + timedelta(hours=12))


def visits(today: date) -> dict[int, date]:
    """First visit by customer: before a term that has ended by now, small customers first."""
    rng = np.random.default_rng(SEED)
    since, until = today - timedelta(days=HISTORY_DAYS), today
    terms = Subscription.objects.filter(
        is_trial=False, term_months__gte=6, end__gte=since, end__lt=until, account__source=SOURCE
    )
    rows = terms.order_by("account__external_id", "start")
    found: dict[int, date] = {}
    for account, end, start, staff in rows.values_list(
        "account_id", "end", "start", "account__employees"
    ):
        goes, before = rng.random(), int(rng.integers(*VISITED_DAYS_BEFORE))
        if end is None or goes > (0.55 if (staff or 0) < 150 else 0.25):
            continue
        day = max(end - timedelta(days=before), start + timedelta(days=1))
        found.setdefault(account, day)
    return found


def draw_letters(author: User, now: datetime) -> None:
    """A hold-out as it was drawn then, among the contracts that ran then."""
    day = (now - timedelta(days=DRAWN_DAYS_AGO)).date()
    running = Subscription.objects.filter(is_trial=False, term_months__gte=6, start__lte=day)
    running = running.filter(Q(end__gt=day), account__source=SOURCE).order_by("account_id", "end")
    ends: dict[int, tuple[date, float]] = {}
    for account, end, mrr in running.values_list("account_id", "end", "mrr_minor"):
        if end is not None:
            ends.setdefault(account, (end, float(mrr or 0)))
    if len(ends) < MINIMUM_UNITS:
        return
    cuts = [float(q) for q in np.quantile([mrr for _end, mrr in ends.values()], [1 / 3, 2 / 3])]
    strata = {pk: stratum_of(mrr, cuts, end) for pk, (end, mrr) in ends.items()}
    looks = planned_looks([end for end, _mrr in ends.values()], today=day, grace=GRACE_DAYS)
    price = plan([look.information for look in looks]).inflation
    smallest = smallest_detectable(BASE_RATE, len(strata), SHARE, inflation=price)
    planned = Planned(strata, BASE_RATE, len(strata), looks, smallest, None)
    with clock.held_at(now - timedelta(days=DRAWN_DAYS_AGO)):
        measure = draft_measure(
            by=author, name=LETTERS, origin="holdout", goal="renewal",
            meaningful=smallest or 0.15, params={"share": SHARE, "segment": ""},
            what_done="四半期ごとに、その会社の使い方に合わせた活用のヒントを手紙で送る。",
            reason="使い方を思い出してもらえれば、更新につながると考えた。",
        )  # fmt: skip
        key, held_out = drawn(planned, SHARE)
        begin_holdout(
            by=author, measure=measure, key=key, share=SHARE, strata=strata, held_out=held_out,
            looks=looks_kept(planned), base_rate=BASE_RATE, smallest=smallest, segment="",
        )  # fmt: skip
