"""Curves, projections and orders as rows, ready to print or to be a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from banso.measure.revenue.presenting import amount
from banso.measure.revenue.reads import Scope, day_of, names_of
from banso.measure.revenue.words import percent, whole
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.money_survival import MoneyCurve
from banso.prove.lifetime.curves import Reaching, Staying
from banso.prove.lifetime.lives import DAYS_A_MONTH, Lives
from banso.prove.lifetime.waits import Waits
from banso.prove.lifetime.words import reason, share
from banso.prove.lifetime.worth import Disagreement, PayBack, Ranked, Worth
from banso.shared.figures import figure
from banso.shared.money import shown

AT_ONCE = 2000
STATES = {"waiting": 0, "reached": 1, "left": 2}


def customers_link(by: str, value: str, state: str = "") -> str:
    asked = {k: v for k, v in (("by", by), ("value", value), ("state", state)) if v}
    return f"{reverse('lifetime:lifetime_customers')}?{urlencode(asked)}"


def staying_rows(groups: Sequence[Staying], by: str, months: Sequence[int]) -> list[dict[str, Any]]:
    """A row for each group, with its shares after so many of the MONTHS."""
    seen = len(months)
    return [
        {
            "name": group.name,
            "n": whole(group.n),
            "left": whole(group.left),
            "shares": [_still(s) for s in group.shares[:seen]],
            "at_risk": [whole(n) for n in group.at_risk[: seen + 1]],
            "median": whole(group.median / DAYS_A_MONTH) if group.median else "",
            "given": whole(group.given / DAYS_A_MONTH) if group.given else "",
            "money": [_still(s) for s in group.money_shares[:seen]]
            if isinstance(group.money, MoneyCurve)
            else [],
            "money_n": whole(group.money.n) if isinstance(group.money, MoneyCurve) else "",
            "link": customers_link(by, group.name if by else ""),
            "left_link": customers_link(by, group.name if by else "", "left"),
        }
        for group in groups
    ]


def _still(found: Answer | NoAnswer) -> tuple[str, bool]:
    """The share as text, and whether it is none."""
    if isinstance(found, NoAnswer) and found.reason == "no_events":
        return _("nobody left by then"), True
    return share(found), isinstance(found, NoAnswer)


def staying_csv(groups: Sequence[Staying]) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    yield [
        _("Group"), _("Counted"), _("Day"), _("Still there"), _("Low"), _("High"), _("At risk"),
        _("Left"),
    ]  # fmt: skip
    for group in groups:
        for counted, c in ((_("Customers"), group.curve), (_("Money"), group.money)):
            if isinstance(c, NoAnswer):
                continue
            columns = (c.time, c.survival, c.low, c.high, c.at_risk, c.events)
            for t, s, low, high, risk, left in zip(*(x.tolist() for x in columns), strict=True):
                limits = [round(s, 5), round(low, 5), round(high, 5)]
                yield [group.name, counted, t, *limits, risk, left]


def waits_link(metric: str, by: str, value: str, state: str = "") -> str:
    asked = {"metric": metric, "by": by, "value": value, "state": state}
    told = urlencode({k: v for k, v in asked.items() if v})
    return f"{reverse('lifetime:first_time_customers')}?{told}"


def reaching_rows(groups: Sequence[Reaching], metric: str, by: str) -> list[dict[str, Any]]:
    return [
        {
            "links": {
                state: waits_link(metric, by, group.name if by else "", state)
                for state in ("all", *STATES)
            },
            "name": group.name,
            "n": whole(group.n),
            "reached": whole(group.reached),
            "left": whole(group.left),
            "waiting": whole(group.waiting),
            "shares": [(share(s), isinstance(s, NoAnswer)) for s in group.shares],
            "median": reason(group.median)
            if isinstance(group.median, NoAnswer)
            else whole(group.median),
        }
        for group in groups
    ]


def wait_lines(found: Waits, places: Sequence[int]) -> list[dict[str, Any]]:
    """One line per customer: how long it took, or has taken so far."""
    names = names_of(int(found.account[place]) for place in places)
    words = [_("Still on the way"), _("Got there"), _("Left before")]
    return [
        {
            "account_id": int(found.account[place]),
            "name": names.get(int(found.account[place]), ""),
            "days": int(found.days[place]),
            "kind": int(found.kind[place]),
            "state": words[int(found.kind[place])],
        }
        for place in places
    ]


def waits_csv(found: Waits, places: Sequence[int]) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    yield [_("Customer"), _("Days since sign-up"), _("State")]
    for begin in range(0, len(places), AT_ONCE):
        for line in wait_lines(found, places[begin : begin + AT_ONCE]):
            yield [line["name"], line["days"], line["state"]]


def reaching_csv(groups: Sequence[Reaching]) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    yield [
        _("Group"), _("Day"), _("Got there"), _("Low"), _("High"), _("Still on the way"),
        _("At risk"),
    ]  # fmt: skip
    for group in groups:
        c = group.curve
        columns = (c.time, c.share, c.low, c.high, c.on_the_way, c.at_risk)
        for t, s, low, high, way, risk in zip(*(x.tolist() for x in columns), strict=True):
            yield [group.name, t, round(s, 5), round(low, 5), round(high, 5), round(way, 5), risk]


@dataclass(frozen=True)
class LifeLine:
    """One customer's life."""

    account_id: int
    name: str
    since: date
    months: str
    left: bool
    watched_late: bool


def life_lines(some: Lives, places: Sequence[int]) -> Iterator[LifeLine]:
    names = names_of(int(some.account[place]) for place in places)
    for place in places:
        pk = int(some.account[place])
        months = float(some.days[place]) / DAYS_A_MONTH
        yield LifeLine(
            pk,
            names.get(pk, ""),
            day_of(int(some.start[place])),
            figure(months, 1, grouped=False),
            bool(some.left[place]),
            bool(some.entry[place] > 0),
        )


def lives_csv(some: Lives, places: Sequence[int]) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    yield [
        _("Customer"),
        _("Customer since"),
        _("Months as a customer"),
        _("Left"),
        _("Days as a customer"),
        _("Watched late"),
    ]
    for begin in range(0, len(places), AT_ONCE):
        part = places[begin : begin + AT_ONCE]
        for place, line in zip(part, life_lines(some, part), strict=True):
            yield [
                line.name, line.since, line.months, _("Yes") if line.left else _("No"),
                int(some.days[place]), _("Yes") if line.watched_late else _("No"),
            ]  # fmt: skip


def times_text(found: Any) -> str:
    """Terms with their limits."""
    one = [figure(x, 1, grouped=False) for x in (found.value, found.low, found.high)]
    return f"{one[0]} ({one[1]}–{one[2]})"


def money(amount: float, currency: str) -> str:
    return shown(round(amount), currency)


def money_text(found: Answer, currency: str) -> str:
    """An amount with its limits."""
    low, high = money(found.low, currency), money(found.high, currency)
    return f"{money(found.value, currency)} ({low}–{high})"


def tenure_rows(found: Worth, scope: Scope) -> list[dict[str, Any]]:
    currency = scope.currency
    behind = {"contract": found.months, "currency": currency, "state": "here"}
    page = reverse("lifetime:lifetime_customers")
    return [
        {
            "link": f"{page}?{urlencode({**behind, 'first': t.first, 'last': t.last})}",
            "name": str(t.first) if t.first == t.last else f"{t.first}–{t.last}",
            "customers": whole(t.customers),
            "mrr": shown(t.mrr, currency),
            "retention": percent(t.retention),
            "terms": times_text(t.terms),
            "worth": money_text(t.value, currency),
            "constant": money(t.worth_constant, currency),
            "each": money(t.worth / t.customers, currency),
        }
        for t in found.tenures
    ]


def back_test_rows(found: Worth) -> list[dict[str, Any]]:
    tested = found.tested
    if tested is None:
        return []
    columns = (tested.times, tested.projected, tested.low, tested.high, tested.actual, tested.n)
    rows = [
        {
            "t": t,
            "projected": f"{percent(p)} ({percent(low)}–{percent(high)})",
            "actual": percent(a),
            "n": whole(n),
        }
        for t, p, low, high, a, n in zip(*(x.tolist() for x in columns), strict=True)
    ]
    return rows[:: max(len(rows) // 12, 1)]


def ranked_rows(rows: Sequence[Ranked], currency: str) -> list[dict[str, Any]]:
    names = names_of(row.account_id for row in rows)
    return [
        {
            "account_id": row.account_id,
            "name": names.get(row.account_id, ""),
            "nth": row.nth,
            "mrr": shown(row.mrr, currency),
            "earned": money(row.earned, currency),
            "leaving": percent(row.leaving),
            "at_stake": money(row.at_stake, currency),
            "by_risk": row.by_risk,
            "by_value": row.by_value,
        }
        for row in rows
    ]


def ranked_csv(rows: Sequence[Ranked], currency: str) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    yield [
        _("Customer"), _("Next renewal (number)"), _("Currency"), _("MRR"), _("Margin a month"),
        _("Chance to leave"), _("Worth if it renews"), _("Expected loss"),
        _("Place by chance to leave"), _("Place by expected loss"),
    ]  # fmt: skip
    for begin in range(0, len(rows), AT_ONCE):
        part = rows[begin : begin + AT_ONCE]
        names = names_of(row.account_id for row in part)
        for r in part:
            yield [
                names.get(r.account_id, ""), r.nth, currency, amount(r.mrr, currency),
                amount(round(r.earned), currency), round(r.leaving, 4),
                amount(round(r.worth), currency), amount(round(r.at_stake), currency),
                r.by_risk, r.by_value,
            ]  # fmt: skip


def disagreement_told(found: Disagreement, currency: str) -> dict[str, Any]:
    return {
        "size": found.size,
        "both": found.both,
        "costly": found.costly,
        "risk": ranked_rows(found.only_risk[:10], currency),
        "value": ranked_rows(found.only_value[:10], currency),
        "stake_by_risk": money(found.stake_by_risk, currency),
        "stake_by_value": money(found.stake_by_value, currency),
    }


def pay_back_told(found: PayBack | NoAnswer | None, months: int, currency: str) -> dict[str, Any]:
    if found is None:
        return {}
    if isinstance(found, NoAnswer):
        return {"reason": reason(found)}
    told = {
        "n": whole(found.n),
        "cost": money(found.cost, currency),
        "per_term": money(found.per_term, currency),
    }
    if isinstance(found.terms, NoAnswer):
        return told | {"reason": reason(found.terms)}
    ends = [x * months for x in (found.terms.value, found.terms.low, found.terms.high)]
    limit = "∞" if ends[2] == float("inf") else whole(ends[2])
    return told | {"months": whole(ends[0]), "low": whole(ends[1]), "high": limit}
