"""A few seeds of benchmarks/honesty.py: fails when the engine no longer keeps what it promises."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from banso.prove.engine.answer import Answer
from banso.prove.engine.association import scan
from benchmarks.honesty_company import DATA_CUT, LEAK, RENAMED, company, playbook
from benchmarks.honesty_questions import (
    Tally,
    held_out,
    hidden_causes,
    nothing_there,
    others_held,
    page,
    shown_and_flagged,
)

SEEDS = 8
ACCOUNTS = 1000


def _share(tally: Tally, line: str) -> float:
    happened, asked = tally.sums[line]
    assert asked, f"nothing was asked for {line}"
    return happened / asked


def _over_seeds(question: Callable[[int, np.random.Generator, Tally], None]) -> Tally:
    tally = Tally()
    for seed in range(SEEDS):
        question(ACCOUNTS, np.random.default_rng([seed, 11]), tally)
    return tally


@pytest.fixture(scope="module")
def companies() -> Tally:
    tally = Tally()
    for seed in range(SEEDS):
        made = company(ACCOUNTS, np.random.default_rng([seed, 5]))
        found = scan(made.decisions, made.metrics, data_cut=DATA_CUT).findings
        shown_and_flagged({f.key: f for f in found}, tally)
        others_held(made, found, tally, truth=False)
    return tally


def test_few_of_the_associations_shown_are_false(companies: Tally) -> None:
    assert _share(companies, "association: false among those shown") <= 0.15
    assert _share(companies, "others held: false among candidates") <= 0.15
    assert _share(_over_seeds(nothing_there), "nothing there: anything called an association") < 0.4


def test_what_is_there_is_found(companies: Tally) -> None:
    assert _share(companies, "association: found of those there are") > 0.9
    assert _share(companies, "others held: drivers found") > 0.9


@pytest.mark.parametrize("kind", ["moves after notice", "outcome renamed"])
def test_leaks_are_flagged_and_never_called_an_association(companies: Tally, kind: str) -> None:
    assert _share(companies, f"leak: {kind}, flagged") == 1
    assert _share(companies, "leak: called an association") == 0
    assert _share(companies, "leak: honest metrics flagged") == 0


def test_a_leak_is_named_by_what_gave_it_away() -> None:
    made = company(ACCOUNTS, np.random.default_rng(3))
    found = {f.key: f for f in scan(made.decisions, made.metrics, data_cut=DATA_CUT).findings}
    assert (found[LEAK].leak, found[RENAMED].leak) == ("timing", "auc")


def test_a_playbook_for_those_at_risk_is_not_called_harmful() -> None:
    """What one counts says that it harms; the engine must say the opposite, or nothing."""
    naive, told = [], []
    for seed in range(SEEDS):
        made = playbook(2000, np.random.default_rng(seed), given_to="at_risk", effect=0.6)
        y, treated = made.renewed, made.treated
        naive.append(y[treated].mean() - y[~treated].mean())
        verdict, _, answer = page(made, unseen=False)
        if isinstance(answer, Answer):
            assert answer.low - 0.05 < made.truth < answer.high + 0.05
            told.append((verdict, answer.value))
    assert np.mean(np.array(naive) < 0) > 0.8
    assert len(told) >= SEEDS // 2
    assert all(value > 0 and verdict != "worse" for verdict, value in told)


def test_nothing_is_called_an_effect_where_the_reason_was_not_measured() -> None:
    tally = _over_seeds(hidden_causes)
    assert _share(tally, "hidden cause, noted why chosen: called an effect") == 0
    assert _share(tally, "hidden cause that shows in the past: called an effect") <= 0.1
    assert _share(tally, "nobody comparable (given below a line): refused") == 1


def test_looking_as_planned_finds_nothing_where_nothing_is() -> None:
    tally = _over_seeds(held_out)
    assert _share(tally, "hold-out without effect, five looks: called a difference") <= 0.3
