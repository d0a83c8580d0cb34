from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.logrank import LogRank, log_rank

Oracle = Callable[[str], dict[str, Any]]


def test_the_6mp_trial(oracle: Oracle) -> None:
    o = oracle("cox_logrank_6mp")
    i = o["inputs"]
    found = log_rank(i["t"], i["d"], i["g"])
    assert isinstance(found, LogRank)
    assert found.chi2 == pytest.approx(o["expected"]["logrank"], abs=1e-6)
    assert (found.df, found.groups) == (1, (0, 1))
    assert found.observed.tolist() == [21, 9]
    assert found.expected.sum() == pytest.approx(30)


def test_many_groups_agree_with_lifelines() -> None:
    from lifelines.statistics import multivariate_logrank_test

    rng = np.random.default_rng(3)
    stop, event = rng.integers(1, 30, 400).astype(float), rng.random(400) < 0.5
    group = rng.choice(["high", "low", "mid"], 400)
    found = log_rank(stop, event, group)
    theirs = multivariate_logrank_test(stop, group, event)
    assert isinstance(found, LogRank)
    assert found.chi2 == pytest.approx(theirs.test_statistic, abs=1e-9)
    assert found.p == pytest.approx(theirs.p_value, abs=1e-12)


def test_late_entry_agrees_with_the_score_test_of_cox() -> None:
    from banso.prove.engine.cox import fit_cox

    rng = np.random.default_rng(6)
    life, entry = rng.exponential(20, 500), rng.uniform(0, 15, 500)
    group = rng.random(500) < 0.5
    seen = life > entry
    stop, event = np.minimum(life, 30)[seen], (life < 30)[seen]
    found = log_rank(stop, event, group[seen], entry[seen])
    cox = fit_cox(group[seen].astype(float)[:, None], stop, event, entry[seen])
    assert isinstance(found, LogRank)
    wald = float((cox.coef[0] / cox.se[0]) ** 2)
    assert found.chi2 == pytest.approx(wald, abs=0.02)


def test_refusals() -> None:
    one = log_rank([1.0] * 30, [1] * 30, ["a"] * 30)
    few = log_rank([1, 2, 3], [1, 1, 0], [0, 1, 1])
    assert isinstance(one, NoAnswer)
    assert one.reason == "one_group"
    assert isinstance(few, NoAnswer)
    assert few.reason == "too_few_events"
