from __future__ import annotations

import math

import numpy as np
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.association import scan
from banso.prove.engine.design import build_nuisance, read_decisions
from banso.prove.engine.findings import Feature
from banso.prove.engine.partial import level_of, partial_effects
from banso.prove.engine.tests.made_up import DATA_CUT, company


def metrics(kpis: np.ndarray) -> list[Feature]:
    return [Feature(f"k{i}", "number", values) for i, values in enumerate(kpis)]


def test_the_model_is_statsmodels_with_clustered_errors() -> None:
    import statsmodels.api as sm

    made = company(1500, driver=-0.5)
    size = np.random.default_rng(8).normal(size=made.decisions.num_rows)
    found = partial_effects(
        made.decisions, metrics(made.kpis), [Feature("size", "number", size)],
        [(f"k{i}",) for i in range(5)], data_cut=DATA_CUT,
    )  # fmt: skip
    first = found[0]
    assert isinstance(first.answer, Answer)
    assert first.held == ("k1", "k2", "k3", "k4")
    assert first.attributes == ("size",)
    d = read_decisions(made.decisions, DATA_CUT)
    nuisance = build_nuisance(d)
    assert nuisance is not None
    columns = [(v - v.mean()) / v.std() for v in (*made.kpis, size)]
    x = np.column_stack([nuisance.x, *columns])
    fit = sm.Logit(d.y, x).fit(
        disp=False, cov_type="cluster", cov_kwds={"groups": d.clusters.codes}
    )
    at = nuisance.x.shape[1]
    assert first.parameters == x.shape[1] - 1
    assert math.log(first.answer.value) == pytest.approx(-fit.params[at], rel=1e-6)
    assert first.answer.se == pytest.approx(fit.bse[at], rel=1e-4)
    assert first.answer.p == pytest.approx(fit.pvalues[at], rel=1e-3)
    assert first.answer.q is not None


def test_a_shadow_of_a_driver_loses_what_the_driver_explains() -> None:
    made = company(3000, driver=-0.8)
    shadow = made.kpis[0] + made.rng.normal(size=made.kpis.shape[1])
    alone = partial_effects(
        made.decisions, [Feature("shadow", "number", shadow)],
        [Feature("size", "number", made.kpis[3])], [], data_cut=DATA_CUT,
    )[0].answer  # fmt: skip
    held = partial_effects(
        made.decisions, [*metrics(made.kpis[:1]), Feature("shadow", "number", shadow)], [], [],
        data_cut=DATA_CUT,
    )[1].answer  # fmt: skip
    assert isinstance(alone, Answer)
    assert isinstance(held, Answer)
    assert alone.low > 1.1
    assert held.low < 1 < held.high


def test_what_comes_later_is_not_held() -> None:
    made = company(3000, driver=-0.8)
    use = made.kpis[0]
    first_step = use + made.rng.normal(size=use.shape)
    asked = [Feature("first_step", "number", first_step), *metrics(made.kpis[:2])]
    found = partial_effects(
        made.decisions, asked, [], [], data_cut=DATA_CUT, order={"first_step": 1, "k0": 2}
    )
    step, later, unplaced = found
    assert step.held == ("k1",), "what has no place is held as before"
    assert step.later == ("k0",)
    assert isinstance(step.answer, Answer)
    assert step.answer.low > 1.1, "the first step matters by way of the use that follows"
    assert step.with_later is not None
    assert isinstance(step.with_later.answer, Answer)
    assert step.with_later.answer.low < 1 < step.with_later.answer.high
    assert step.with_later.held == ("k0", "k1")
    assert later.held == ("first_step", "k1"), "what comes before may confound and is held"
    assert later.with_later is None
    assert unplaced.held == ("first_step", "k0")


def test_one_of_a_family_is_held_where_all_are_too_many_and_then_none() -> None:
    made = company(400, kpis=12)
    family = tuple(f"k{i}" for i in range(1, 12))
    found = partial_effects(
        made.decisions, metrics(made.kpis), [], [("k0",), family], data_cut=DATA_CUT
    )
    assert isinstance(found[0].answer, Answer)
    assert found[0].held == ("k1",)
    small = company(120, kpis=12)
    found = partial_effects(small.decisions, metrics(small.kpis), [], [], data_cut=DATA_CUT)
    refused = found[0].answer
    assert isinstance(refused, NoAnswer)
    assert refused.reason == "too_few_events_per_parameter"
    assert refused.needs["events_needed"] == 10 * refused.needs["parameters"]
    assert refused.expected_by is not None
    assert refused.expected_by > DATA_CUT


def test_what_cannot_be_held_is_named() -> None:
    made = company(800, kpis=2)
    n = made.decisions.num_rows
    gone = np.where(np.arange(n) % 2 == 0, np.nan, made.kpis[1])
    found = partial_effects(
        made.decisions,
        [
            *metrics(made.kpis[:1]), Feature("constant", "number", np.ones(n)),
            Feature("gone", "number", gone), Feature("total", "number", made.kpis[1]),
        ],
        [Feature("twice", "number", 3 * made.kpis[1])], [], data_cut=DATA_CUT,
    )  # fmt: skip
    reasons = [f.answer.reason if isinstance(f.answer, NoAnswer) else "" for f in found]
    assert reasons == ["", "no_variation", "too_many_missing", "not_separable"]
    assert found[0].held == ("total",)
    only = partial_effects(made.decisions, metrics(made.kpis[:1]), [], [], data_cut=DATA_CUT)
    assert isinstance(only[0].answer, NoAnswer)
    assert only[0].answer.reason == "nothing_to_hold"


def test_one_outcome_gives_no_answer() -> None:
    made = company(100)
    none = made.decisions.set_column(
        made.decisions.column_names.index("not_renewed"), "not_renewed",
        [[False] * made.decisions.num_rows],
    )  # fmt: skip
    found = partial_effects(none, metrics(made.kpis), [], [], data_cut=DATA_CUT)
    assert {f.answer.reason for f in found if isinstance(f.answer, NoAnswer)} == {"one_outcome"}


def test_a_driver_reaches_the_second_level_and_its_shadow_does_not() -> None:
    made = company(1500, driver=-0.7)
    shadow = made.kpis[0] + 1.2 * made.kpis[1]
    metrics = [Feature("driver", "number", made.kpis[0]), Feature("shadow", "number", shadow)]
    size = Feature("size", "number", made.kpis[2])
    found = scan(made.decisions, metrics, data_cut=DATA_CUT).findings
    assert [f.level for f in found] == ["L1", "L1"]
    held = partial_effects(
        made.decisions, metrics, [size], [["driver"], ["shadow"]], data_cut=DATA_CUT
    )
    levels = [level_of(f, p, 0.10) for f, p in zip(found, held, strict=True)]
    assert levels == ["L2", "L1"]
    alone = partial_effects(
        made.decisions, metrics, [], [["driver"], ["shadow"]], data_cut=DATA_CUT
    )
    assert level_of(found[0], alone[0], 0.10) == "L1", "what we know of customers must be held, too"
    assert level_of(found[0], None, 0.10) == "L1"
