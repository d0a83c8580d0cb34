from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.shrinkage import (
    BetaRates,
    JamesStein,
    exact_funnel_limits,
    fit_beta_binomial,
    funnel_limits,
    james_stein,
    posterior_beta_binomial,
)

Oracle = Callable[[str], dict[str, Any]]


def test_the_rats_of_bayesian_data_analysis(oracle: Oracle) -> None:
    one = oracle("beta_binomial_rats")
    events, n = one["inputs"]["y"], one["inputs"]["n"]
    expected, within = one["expected"], one["tolerance"]
    fit, posterior = fit_beta_binomial(events, n), posterior_beta_binomial(events, n)
    assert isinstance(fit, BetaRates) and isinstance(posterior, BetaRates)
    told = {
        "mle_alpha": fit.alpha,
        "mle_beta": fit.beta,
        "post_mean_alpha": posterior.alpha,
        "post_mean_beta": posterior.beta,
        "shrunk_last_mle": fit.shrunk(int(events[-1]), int(n[-1])).value,
    }
    for name, value in told.items():
        assert value == pytest.approx(expected[name], abs=within[name]), name
    last = fit.shrunk(int(events[-1]), int(n[-1]))
    assert last.low < fit.mean < last.value < last.high < events[-1] / n[-1] + 0.2


def test_the_baseball_players_of_efron_and_morris(oracle: Oracle) -> None:
    one = oracle("james_stein_baseball")
    given, expected, within = one["inputs"], one["expected"], one["tolerance"]
    found = james_stein(given["y"], given["n"])
    assert isinstance(found, JamesStein)
    truth = np.array(given["truth"])
    told = {
        "grand_mean": found.mean,
        "c": found.c,
        "first": found.shrunk[0],
        "last": found.shrunk[-1],
        "sse_ml": float(((np.array(given["y"]) - truth) ** 2).sum()),
        "sse_js": float(((found.shrunk - truth) ** 2).sum()),
    }
    for name, value in told.items():
        assert value == pytest.approx(expected[name], abs=within[name]), name


def test_the_funnel_of_small_books(oracle: Oracle) -> None:
    one = oracle("funnel_plot_limits")
    rate, within = one["inputs"]["p0"], one["tolerance"]
    pairs = zip(one["inputs"]["n"], one["expected"]["normal_998"], strict=True)
    for n, limits in pairs:
        assert funnel_limits(rate, n) == pytest.approx(limits, abs=within)
    exact = [exact_funnel_limits(rate, n).low for n in one["inputs"]["n"]]
    assert exact == pytest.approx(one["expected"]["exact_lower_998"], abs=within)


def test_groups_that_differ_by_chance_only_are_not_told_apart() -> None:
    draw = np.random.default_rng(1)
    n = np.full(40, 400)
    same = fit_beta_binomial(draw.binomial(n, 0.3), n)
    assert isinstance(same, NoAnswer) or same.alpha + same.beta > 400
    assert isinstance(fit_beta_binomial([1, 2], [10, 10]), NoAnswer)
    few = james_stein([0.1, 0.2], 10)
    assert isinstance(few, NoAnswer) and few.reason == "too_few_groups"
    alike = james_stein([0.3] * 6, 10)
    assert isinstance(alike, JamesStein) and alike.c == 0.0


def test_bad_counts_are_named() -> None:
    with pytest.raises(ValueError, match="0 <= events <= n"):
        fit_beta_binomial([5] * 6, [4] * 6)
    with pytest.raises(ValueError, match="need shares"):
        james_stein([1.4] * 6, 10)
