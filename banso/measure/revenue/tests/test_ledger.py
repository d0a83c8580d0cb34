from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from banso.measure.revenue.ledger import (
    CHURN,
    CONTRACTION,
    EXPANSION,
    KINDS,
    NEW,
    REACTIVATION,
    Ledger,
    ledger,
    month_ends,
    watched_since,
)
from banso.measure.revenue.ratios import retained
from banso.measure.revenue.spans import OPEN, Contracts, spans_of
from banso.prove.engine.answer import Answer, NoAnswer

ORACLES = Path(__file__).resolve().parents[4].parent / "shared" / "oracles" / "oracles.json"
ALWAYS = -OPEN


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def contracts(*terms: dict[str, Any]) -> Contracts:
    """Terms given by account, start, end, mrr and outcome."""

    def column(name: str, absent: Any, kind: Any) -> Any:
        return np.array([term.get(name, absent) for term in terms], dtype=kind)

    def days(name: str, absent: int) -> Any:
        return np.array([day(t[name]) if t.get(name) else absent for t in terms], dtype=np.int64)

    outcome = [term.get("outcome", "") for term in terms]
    return Contracts(
        account=column("account", 1, np.int64),
        start=days("start", 0),
        end=days("end", OPEN),
        renewed=np.array([o == "renewed" for o in outcome], dtype=bool),
        churned=np.array([o == "churned" for o in outcome], dtype=bool),
        mrr=np.array([term.get("mrr", 100) or 0 for term in terms], dtype=np.int64),
        priced=np.array([term.get("mrr", 100) is not None for term in terms], dtype=bool),
        watched_from=days("watched_from", ALWAYS),
    )


def by_month(found: Contracts, first: str, last: str) -> Ledger:
    cut = day(last)
    return ledger(spans_of(found, cut), month_ends(day(first), cut))


def flows(books: Ledger, period: int) -> dict[str, int]:
    return {
        kind: int(books.moved[period, place])
        for place, kind in enumerate(KINDS)
        if books.movers[period, place]
    }


def test_the_ledger_worked_by_hand() -> None:
    if not ORACLES.exists():
        pytest.skip(f"no oracles at {ORACLES}")
    o = next(e for e in json.loads(ORACLES.read_text()) if e["id"] == "mrr_ledger")
    names = sorted({*o["inputs"]["start"], *o["inputs"]["end"]})
    terms: list[dict[str, Any]] = [
        {"account": names.index(name), "mrr": mrr, "start": "2025-01-01", "end": "2025-06-30",
         "outcome": "renewed" if name in o["inputs"]["end"] else "churned"}
        for name, mrr in o["inputs"]["start"].items()
    ]  # fmt: skip
    terms += [
        {"account": names.index(name), "mrr": mrr, "start": "2025-07-01"}
        for name, mrr in o["inputs"]["end"].items()
    ]
    terms += [
        {"account": names.index(name), "mrr": 10, "start": "2024-01-01", "end": "2024-06-30",
         "outcome": "churned"}
        for name in o["inputs"]["reactivated"]
    ]  # fmt: skip
    cut = day("2025-07-01")
    books = ledger(spans_of(contracts(*terms), cut), [day("2025-06-29"), cut])
    expected, found = o["expected"], retained(books)
    assert books.closing.tolist() == [expected["opening"], expected["closing"]]
    assert flows(books, 0) == {
        "new": expected["new"],
        "reactivation": expected["reactivation"],
        "expansion": expected["expansion"],
        "contraction": -expected["contraction"],
        "churn": -expected["churned"],
    }
    assert books.reconciled()
    assert found.now / found.opening == pytest.approx(expected["nrr"], abs=1e-9)
    assert found.kept / found.opening == pytest.approx(expected["grr"], abs=1e-9)
    assert found.lost / found.customers == expected["logo_churn"]
    assert isinstance(found.nrr, NoAnswer)  # four customers make no rate


terms_made_up = st.lists(
    st.fixed_dictionaries(
        {
            "account": st.integers(0, 4),
            "start": st.dates(date(2023, 1, 1), date(2025, 12, 31)),
            "length": st.one_of(st.none(), st.integers(0, 500)),
            "mrr": st.one_of(st.none(), st.integers(-50, 1000)),
            "outcome": st.sampled_from(["", "renewed", "churned"]),
        }
    ),
    max_size=14,
)


def made(terms: list[dict[str, Any]]) -> Contracts:
    return contracts(
        *(
            term
            | {
                "start": term["start"].isoformat(),
                "end": None
                if term["length"] is None
                else date.fromordinal(term["start"].toordinal() + term["length"]).isoformat(),
            }
            for term in terms
        )
    )


@given(terms_made_up, st.sampled_from([1, 3]), st.integers(1, 12))
def test_every_account_and_month_reconciles_to_nothing(
    terms: list[dict[str, Any]], months: int, fiscal: int
) -> None:
    cut = day("2026-01-20")
    spans = spans_of(made(terms), cut)
    days = month_ends(int(spans.start.min(initial=cut)), cut, months=months, fiscal_start=fiscal)
    books = ledger(spans, days)
    assert books.reconciled()
    for place, at in enumerate(days.tolist()):
        counted = spans.at(at)
        assert books.closing[place] == spans.mrr[counted].sum()
        payers = set(spans.account[counted & spans.paying].tolist())
        assert books.customers[place] == len(payers)
        money, there = books.standing(place)
        assert set(books.accounts[there].tolist()) == payers
        for account in payers:
            mine = counted & (spans.account == account)
            assert money[books.accounts == account][0] == spans.mrr[mine].sum()
    for kind in (NEW, REACTIVATION, EXPANSION, CONTRACTION, CHURN):
        rows = books.kind == kind
        assert (books.was[rows] == (kind not in (NEW, REACTIVATION))).all()
        assert (books.is_there[rows] == (kind != CHURN)).all()
    firsts = books.account[books.kind == NEW]
    assert len(set(firsts.tolist())) == len(firsts)


@given(terms_made_up)
def test_fewer_looks_add_up_to_the_same(terms: list[dict[str, Any]]) -> None:
    cut = day("2026-01-20")
    spans = spans_of(made(terms), cut)
    monthly = ledger(spans, month_ends(day("2023-01-01"), cut))
    whole = ledger(spans, [int(monthly.days[0]), cut])
    assert whole.closing[1] == monthly.closing[-1]
    assert whole.moved.sum() == monthly.moved.sum()


def test_a_renewal_on_the_next_day_is_no_movement() -> None:
    found = contracts(
        {"start": "2024-04-01", "end": "2025-03-31", "outcome": "renewed"},
        {"start": "2025-04-01", "end": "2026-03-31", "mrr": 130},
    )
    books = by_month(found, "2024-04-01", "2025-06-30")
    assert [flows(books, p) for p in (0, 11, 12)] == [{"new": 100}, {}, {"expansion": 30}]


def test_a_gap_of_grace_is_bridged_and_a_longer_one_is_not() -> None:
    late = contracts(
        {"start": "2024-04-01", "end": "2025-03-31"},
        {"start": "2025-04-25", "end": "2026-04-24"},
    )
    assert not by_month(late, "2024-04-01", "2025-06-30").moved[1:].any()
    gone = contracts(
        {"start": "2024-04-01", "end": "2025-03-31"},
        {"start": "2025-06-10", "end": "2026-06-09"},
    )
    books = by_month(gone, "2024-04-01", "2025-06-30")
    assert flows(books, 11) == {"churn": -100}
    assert flows(books, 14) == {"reactivation": 100}


def test_an_end_nobody_spoke_of_counts_on_for_31_days() -> None:
    found = contracts({"start": "2024-04-01", "end": "2025-03-31"})
    soon = spans_of(found, day("2025-04-20"))
    assert soon.undecided.tolist() == [True]
    assert by_month(found, "2024-04-01", "2025-04-20").customers[-1] == 1
    later = by_month(found, "2024-04-01", "2025-05-20")
    assert flows(later, 11) == {"churn": -100}


def test_renewed_without_a_next_term_goes_on() -> None:
    found = contracts({"start": "2024-04-01", "end": "2025-03-31", "outcome": "renewed"})
    assert by_month(found, "2024-04-01", "2026-02-10").closing[-1] == 100


def test_a_successor_that_began_early_is_counted_beside_the_old_term_and_then_alone() -> None:
    found = contracts(
        {"start": "2024-04-01", "end": "2025-03-31", "outcome": "renewed"},
        {"start": "2025-03-15", "end": "2026-03-14", "mrr": 150},
    )
    assert by_month(found, "2024-04-01", "2025-04-30").closing[-2:].tolist() == [150, 150]


def test_monthly_terms_follow_each_other_beside_an_add_on() -> None:
    months = ["2025-01", "2025-02", "2025-03"]
    ends = ["31", "28", "31"]
    found = contracts(
        *({"start": f"{m}-01", "end": f"{m}-{e}"} for m, e in zip(months, ends, strict=True)),
        {"start": "2025-02-10", "mrr": 40},
    )
    books = by_month(found, "2025-01-01", "2025-03-30")
    assert books.closing.tolist() == [0, 100, 140, 140]


def test_free_terms_make_no_customer_and_unknown_amounts_no_money() -> None:
    free = contracts({"start": "2025-01-01", "mrr": 0})
    unknown = contracts({"start": "2025-01-01", "mrr": None})
    assert by_month(free, "2025-01-01", "2025-02-10").customers.tolist() == [0, 0, 0]
    books = by_month(unknown, "2025-01-01", "2025-02-10")
    assert (books.customers[-1], books.closing[-1]) == (1, 0)


def test_quarters_follow_the_fiscal_year() -> None:
    ends = month_ends(day("2025-01-10"), day("2025-06-15"), months=3, fiscal_start=2)
    shown = [date.fromordinal(719163 + int(end)).isoformat() for end in ends]
    assert shown == ["2024-10-31", "2025-01-31", "2025-04-30", "2025-06-15"]


def test_the_time_before_we_watched_is_told_apart() -> None:
    found = contracts(
        *({"account": n, "start": "2024-01-01", "watched_from": "2025-01-15"} for n in range(9)),
        {"account": 9, "start": "2024-06-01"},
    )
    spans = spans_of(found, day("2025-04-10"))
    days = month_ends(day("2024-01-01"), day("2025-04-10"))
    first = date.fromordinal(719163 + int(days[watched_since(spans, days)]))
    assert first == date(2025, 1, 31)


def many(start: list[int], end: list[int]) -> Ledger:
    terms: list[dict[str, Any]] = []
    for account, (before, after) in enumerate(zip(start, end, strict=True)):
        terms.append(
            {"account": account, "start": "2024-01-01", "end": "2024-12-31", "mrr": before,
             "outcome": "renewed" if after else "churned"}
        )  # fmt: skip
        if after:
            terms.append({"account": account, "start": "2025-01-01", "mrr": after})
    cut = day("2025-01-10")
    return ledger(spans_of(contracts(*terms), cut), [day("2024-01-31"), cut])


def test_one_whale_is_named_and_nrr_told_without_it() -> None:
    found = retained(many([1000] + [10] * 30, [1500] + [9] * 30))
    assert isinstance(found.nrr, Answer)
    assert isinstance(found.grr, Answer)
    assert found.top is not None
    assert (found.top.account_id, round(found.top.share, 3)) == (0, 0.769)
    assert found.top.nrr_without == pytest.approx(0.9)
    assert found.nrr.value > 1 > found.grr.value
    assert found.nrr.low < 0.95 < found.nrr.value


def test_the_product_of_periods_is_not_the_nrr_of_the_cohort() -> None:
    found = contracts(
        {"account": 1, "start": "2024-01-01", "mrr": 100},
        {"account": 2, "start": "2025-01-10", "mrr": 100},
        {"account": 2, "start": "2025-02-10", "mrr": 100},
    )
    books = ledger(spans_of(found, day("2025-03-31")), month_ends(day("2025-01-01"), 20178))
    assert retained(books).product == pytest.approx(1.5)
    assert retained(books).now == 100


def test_nobody_then() -> None:
    books = ledger(spans_of(contracts(), 2), [1, 2])
    found = retained(books)
    assert (found.customers, found.top) == (0, None)
    assert isinstance(found.logo_churn, NoAnswer)
