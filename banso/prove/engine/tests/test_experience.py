"""The arithmetic of surveys against published and worked numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.datasets import spector

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.experience import LEAVES, Tree
from banso.prove.engine.nonresponse import Stratum, bounds, effective_n, poststratified, raw
from banso.prove.engine.recommendation import (
    Votes,
    adjusted_wald,
    difference_of_scores,
    net_promoter_score,
)
from banso.prove.engine.regression import fit_logistic
from banso.prove.engine.survival import kaplan_meier

Oracle = Callable[[str], dict[str, Any]]


def test_the_promoters_of_the_oracle(oracle: Oracle) -> None:
    one = oracle("nps_se")
    inputs, expected, within = one["inputs"], one["expected"], one["tolerance"]
    votes = Votes(**inputs["huber"])
    found = net_promoter_score(votes)
    assert isinstance(found, Answer) and found.se is not None
    told = {"nps": found.value, "variance": votes.variance, "se": found.se}
    for name, value in told.items():
        assert value == pytest.approx(expected[name], abs=within[name]), name
    assert 1.96 * found.se == pytest.approx(expected["moe95"], abs=within["moe95"])
    adjusted = adjusted_wald(Votes(**inputs["adjusted_wald"]))
    assert adjusted == pytest.approx(expected["adj"], abs=within["adj"])
    one_sample, other = (Votes(*votes) for votes in inputs["two_sample"])
    gap = difference_of_scores(one_sample, other)
    assert isinstance(gap, Answer) and gap.se is not None
    assert gap.value == pytest.approx(expected["two_sample_diff"])
    assert gap.value / gap.se == pytest.approx(expected["two_sample_z"], abs=1e-6)
    assert gap.p == pytest.approx(expected["two_sample_p"], abs=within["two_sample_p"])


def test_few_answers_have_no_score() -> None:
    few = net_promoter_score(Votes(4, 3, 2))
    assert isinstance(few, NoAnswer) and few.reason == "too_few_answers"
    alike = difference_of_scores(Votes(20, 0, 0), Votes(30, 0, 0))
    assert isinstance(alike, NoAnswer) and alike.reason == "no_variation"
    with pytest.raises(ValueError, match="zero or more"):
        net_promoter_score(Votes(-1, 20, 0))


def tree_of(inputs: dict[str, Any]) -> Tree:
    return Tree(
        inputs["trouble"], inputs["consult"], tuple(inputs["mix_above_at_below"]), inputs["intent"]
    )


def test_the_tree_of_the_oracle(oracle: Oracle) -> None:
    one = oracle("goodman_tarp_tree")
    inputs, expected, within = one["inputs"], one["expected"], one["tolerance"]
    tree = tree_of(inputs)
    assert tree.shares == pytest.approx(expected["share"], abs=within)
    assert tree.risks == pytest.approx(expected["risk_contribution"], abs=within)
    assert tree.risk == pytest.approx(expected["total_risk"], abs=within)
    assert tree.risk * inputs["N"] == pytest.approx(expected["lost"], abs=1e-6)
    scenarios = inputs["scenarios"]
    moved = {
        "consult85": tree.moved(consulted=scenarios["consult_85"]["consult"]),
        "mix": tree.moved(answers=tuple(scenarios["fewer_below"]["mix"])),
        "both": tree.moved(
            consulted=scenarios["both"]["consult"], answers=tuple(scenarios["both"]["mix"])
        ),
    }
    for name, other in moved.items():
        assert other.risk == pytest.approx(expected[f"total_risk_{name}"], abs=within)
        saved = (tree.risk - other.risk) * inputs["N"]
        assert saved == pytest.approx(expected[f"saved_{name}"], abs=1e-6)


@given(st.lists(st.floats(0, 1), min_size=9, max_size=9))
def test_the_leaves_of_any_tree_are_all_customers(drawn: list[float]) -> None:
    mix = np.array(drawn[2:5]) + 0.01
    shares = tuple(float(v) for v in mix / mix.sum())
    intents = dict(zip(LEAVES, drawn[4:], strict=True))
    tree = Tree(drawn[0], drawn[1], (shares[0], shares[1], 1 - shares[0] - shares[1]), intents)
    assert sum(tree.shares.values()) == pytest.approx(1)
    assert -1e-9 <= tree.risk <= 1 + 1e-9


def test_a_tree_that_does_not_add_up_is_named() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        Tree(0.3, 0.5, (0.5, 0.5, 0.5), dict.fromkeys(LEAVES, 0.5))
    with pytest.raises(ValueError, match="an intent for each"):
        Tree(0.3, 0.5, (0.5, 0.5, 0.0), {"at": 0.5})


def test_those_who_did_not_answer(oracle: Oracle) -> None:
    one = oracle("nonresponse")
    inputs, expected, within = one["inputs"], one["expected"], one["tolerance"]
    strata = [
        Stratum(inputs["population"][name], *inputs["respondents_and_positive"][name])
        for name in inputs["population"]
    ]
    assert raw(strata) == pytest.approx(expected["raw"], abs=within)
    assert poststratified(strata) == pytest.approx(expected["poststratified"], abs=within)
    limits = bounds(strata)
    assert not isinstance(limits, NoAnswer)
    assert limits == pytest.approx((expected["manski_low"], expected["manski_high"]), abs=within)
    assert effective_n(strata) == pytest.approx(expected["kish_n_eff"], abs=1e-6)


def test_a_stratum_without_an_answer_cannot_be_weighted() -> None:
    found = poststratified([Stratum(100, 10, 5), Stratum(50, 0, 0)])
    assert isinstance(found, NoAnswer) and found.reason == "empty_stratum"
    assert isinstance(raw([]), NoAnswer) and isinstance(bounds([]), NoAnswer)


def test_the_6mp_curve_and_spectors_students(oracle: Oracle) -> None:
    curve_of = oracle("km_6mp")
    curve = kaplan_meier(curve_of["inputs"]["t"], curve_of["inputs"]["d"])
    expected, within = curve_of["expected"], curve_of["tolerance"]
    assert list(curve.time) == expected["time"]
    assert curve.survival == pytest.approx(expected["S"], abs=within["S"])
    assert curve.se == pytest.approx(expected["se"], abs=within["se"])
    students = oracle("spector_logit")
    data = spector.load()
    names = ["GPA", "TUCE", "PSI"]
    columns = [np.ones(len(data.endog)), *(data.exog[name].to_numpy() for name in names)]
    fit = fit_logistic(np.column_stack(columns), data.endog.to_numpy())
    expected = students["expected"]
    told = [expected["const"], *(expected[name] for name in names)]
    assert fit.coef == pytest.approx(told, abs=students["tolerance"])
    assert fit.se == pytest.approx(expected["se"], abs=students["tolerance"])
    assert fit.log_likelihood == pytest.approx(expected["ll"], abs=students["tolerance"])
