"""What the pages of lifetimes ask for, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.http import HttpRequest
from django.utils.translation import gettext as _

from banso.know.accounts.rules import whole_number
from banso.know.subscriptions.rules import contract_of
from banso.measure.revenue.reads import Book, Scope
from banso.measure.revenue.words import CONTRACTS as CONTRACT_NAMES
from banso.measure.revenue.words import percent, whole
from banso.prove.engine.answer import NoAnswer
from banso.prove.lifetime import charts, presenting
from banso.prove.lifetime.groups import CONTRACT, groupings, groups_of
from banso.prove.lifetime.lives import Lives, Mask
from banso.prove.lifetime.margins import Margins, present_plans
from banso.prove.lifetime.reads import cost_fields, costs, first_payments, lives
from banso.prove.lifetime.waits import First, Waits, got_there
from banso.prove.lifetime.words import CONTRACTS, expected_by, reason, share
from banso.prove.lifetime.worth import (
    MOST_TENURE,
    Assumptions,
    Ranked,
    Worth,
    disagreement,
    next_renewal,
    paid_back,
    ranked,
    worth,
)

FIRST_VALUE = "days_to_first_value"


def asked_grouping(request: HttpRequest) -> str:
    by = request.GET.get("by", "")
    return by if by in dict(groupings()) else ""


def asked_first(request: HttpRequest, firsts: Sequence[First]) -> First | None:
    """The first time asked for, or the first value, or one that customers have got to."""
    by_key = {first.key: first for first in firsts}
    told = request.GET.get("metric", "")
    if told in by_key:
        return by_key[told]
    usual = sorted(firsts, key=lambda first: first.key != FIRST_VALUE)
    return next((first for first in usual if got_there(first)), next(iter(usual), None))


def asked_months(request: HttpRequest, everybody: Lives) -> int:
    """The kind of contract asked for, or the one most customers began with."""
    counts = {months: int((everybody.months == months).sum()) for months in CONTRACTS}
    told = request.GET.get("contract", "")
    if told.isdigit() and int(told) in counts:
        return int(told)
    return max(counts, key=lambda months: counts[months])


def standing_before(request: HttpRequest, everybody: Lives) -> Mask:
    """Who is on the contract that was asked for, before one of the renewals first to last."""
    mine = np.ones(len(everybody.account), dtype=np.bool_)
    told = [whole_number(request.GET.get(name, "")) for name in ("contract", "first", "last")]
    months, first, last = told
    if months in CONTRACTS and months is not None:
        mine &= everybody.months == months
        nth = next_renewal(everybody, months)
        mine &= (nth >= (first or 1)) & (nth <= (last or MOST_TENURE))
    return mine


def labels_of(some: Lives | Waits, by: str, everybody: Lives | None = None) -> list[str]:
    """Each customer's group, "" where none is known; everybody: the lives that tell contracts."""
    lived = some if isinstance(some, Lives) else everybody
    if by == CONTRACT and lived is not None:
        names = [str(CONTRACT_NAMES[contract_of(int(months))]) for months in lived.months]
        groups = dict(zip(lived.account.tolist(), names, strict=True))
    else:
        groups = groups_of(by)
    return [groups.get(int(pk), "") for pk in some.account]


def left_days(found: Book | None, today: date) -> dict[int, int]:
    """account -> the day on which it left."""
    if found is None:
        return {}
    whole_life = lives(found, today)
    gone = whole_life.left
    ended = whole_life.start[gone] + whole_life.days[gone].astype(int)
    return dict(zip(whole_life.account[gone].tolist(), ended.tolist(), strict=True))


@dataclass(frozen=True)
class Asked:
    """What a reader of the page of value chose: contract, assumptions, margins by plan, and the
    fields that hold the cost of winning and of serving a customer.
    """

    months: int
    assumed: Assumptions
    by_plan: dict[str, float]
    cost: str
    serving: str


def margins_of(asked: Asked, currency: str) -> Margins:
    """The margins as they were chosen."""
    return Margins(
        asked.assumed.margin,
        asked.by_plan,
        present_plans() if asked.by_plan else {},
        costs(asked.serving, currency) if asked.serving in dict(cost_fields()) else {},
    )


def worth_context(
    found: Book, scope: Scope, some: Lives, asked: Asked
) -> tuple[dict[str, Any], list[Ranked]]:
    """What the page of value shows, and the order of its file."""
    months, assumed, cost = asked.months, asked.assumed, asked.cost
    fields, margins = cost_fields(), margins_of(asked, scope.currency)
    context: dict[str, Any] = {
        "cost_fields": fields,
        "cost": cost,
        "serving": asked.serving,
        "n": whole(len(some.account)),
    }
    answer = worth(some, months, assumed, margins)
    if isinstance(answer, NoAnswer):
        context["refusal"] = reason(answer)
        context["expected"] = expected_by(answer, some, months)
        context["answer"] = _("Not enough data yet.")
        if answer.reason == "back_test_failed":
            context["answer"] = _("The future of these customers cannot be projected.")
        return context, []
    rows = ranked(some, answer, assumed, margins)
    back = None
    if cost in dict(fields) and scope.currency:
        won, first = costs(cost, scope.currency), first_payments(found, scope)
        back = paid_back(some, answer, won, first, assumed, margins)
    apart = disagreement(rows) if len(rows) >= 10 else None
    context |= _shown(answer, scope) | {
        "disagreement": presenting.disagreement_told(apart, scope.currency) if apart else None,
        "orders_chart": charts.orders_chart(rows, apart.size, scope.currency) if apart else None,
        "margins_differ": margins.differ,
        "pay_back": presenting.pay_back_told(back, months, scope.currency),
    }
    return context, rows


def _shown(answer: Worth, scope: Scope) -> dict[str, Any]:
    fit, far = answer.fit, answer.shares[-1]
    money = presenting.money_text(answer.total, scope.currency)
    said = _(
        "Of customers who begin now about %(share)s are projected to be there after %(n)s "
        "renewals; the present ones are still worth %(money)s."
    ) % {"share": share(far[1]), "n": far[0], "money": money}
    less = answer.total_constant / answer.total.value - 1 if answer.total.value else 0.0
    return {
        "answer": said,
        "worth": answer,
        "chart": charts.projection_chart(answer),
        "shares": [(t, share(found)) for t, found in answer.shares],
        "tenures": presenting.tenure_rows(answer, scope),
        "total": money,
        "constant": presenting.money(answer.total_constant, scope.currency),
        "constant_differs": percent(abs(less)),
        "constant_is_less": less < 0,
        "rate": percent(answer.rate),
        "new": presenting.times_text(answer.new),
        "tested": answer.tested,
        "back_test": presenting.back_test_rows(answer),
        "homogeneous": fit.homogeneous,
        "starters": whole(answer.renewals.starters),
        "left": whole(float(answer.renewals.left.sum())),
        "seen": answer.renewals.observed,
    }
