"""The verdicts on the sample company's surveys agree with the truth that was put into them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from banso.listen.surveys.meanings import LEAVES
from banso.prove.contrasts.judging import Columns, judged
from banso.prove.contrasts.rules import BUILT_IN, CONFIRMATORY, OUTCOMES, Side
from banso.shell.sample.company import make_company
from banso.shell.sample.surveys import LEVEL, Voter

TRUE = {"above_no_trouble", "met_below", "at_below", "consulted_not"}
"""By ``LEVEL``: above before no trouble before as expected before not consulted before below."""


@pytest.fixture(scope="module")
def years() -> list[list[Voter]]:
    company = make_company(now=datetime(2026, 6, 1, 3, tzinfo=UTC))
    return [[v for v in one.voters if v.handed_in_on] for one in company.surveys]


def columns(voters: Sequence[Voter]) -> Columns:
    codes = {key: code for code, key in enumerate(sorted({v.account_key for v in voters}))}
    leaf = np.array([LEAVES.index(v.leaf) for v in voters])
    sides: set[Side] = {side for one in BUILT_IN for side in (one.one, one.other)}
    return Columns(
        np.array([codes[v.account_key] for v in voters]),
        leaf,
        {name: np.array([v.answers[name] for v in voters]) for name in OUTCOMES},
        {side: np.isin(leaf, [LEAVES.index(name) for name in side.leaves]) for side in sides},
    )


def said(voters: Sequence[Voter], outcome: str) -> dict[str, str]:
    asked = [(one, CONFIRMATORY) for one in BUILT_IN]
    found = judged(columns(voters), asked)
    return {one.question.key: one.said for one in found if one.outcome == outcome}


def test_the_truth_is_what_this_file_takes_it_for() -> None:
    order = ["above", "no_trouble", "at", "not_consulted", "waiting", "below"]
    assert sorted(LEVEL, key=lambda leaf: -LEVEL[leaf]) == order


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_year_says_the_contrary_of_the_truth(years: list[list[Voter]], outcome: str) -> None:
    for voters in years:
        found = said(voters, outcome)
        assert {found[key] for key in TRUE} <= {"found", "undecided", "too_few"}


def test_the_three_years_together_find_what_is_there(years: list[list[Voter]]) -> None:
    found = said([voter for voters in years for voter in voters], "intent")
    assert {key for key in TRUE if found[key] == "found"} >= TRUE - {"consulted_not"}
    assert found["consulted_not"] in ("found", "undecided", "too_few"), "few did not consult"
