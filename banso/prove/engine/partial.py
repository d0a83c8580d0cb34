"""A metric's association with renewal with the other metrics held (METHODS 3.2, claim level L2).

logit P(not renewed) = a + b z + sum c_j z_j + the scan's shared terms + attributes, errors robust
to repeated decisions of an account. z is the metric per standard deviation, z_j all metrics outside
its family. Reported odds ratios are of RENEWAL: exp(-b). Ten events (the rarer outcome) are asked
for each parameter (Peduzzi et al. 1996, J. Clin. Epidemiol. 49:1373); where there are fewer, one
metric of each family is held instead of all, then no attributes, and then there is no answer.

A metric that comes before others (a first step, and the use that follows) loses strength when they
are held: what is left says what it adds to them, not how much it matters. So what comes later, in
an order that people gave, is not held (VanderWeele 2019, Eur. J. Epidemiol. 34:211: no descendants
of the exposure); the answer with it held as well stands beside.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.columns import Column, read_column
from banso.prove.engine.design import Decisions, Nuisance, build_nuisance, read_decisions
from banso.prove.engine.findings import Feature, Finding, Settings
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.normal import two_sided_p, two_sided_z
from banso.prove.engine.power import decisions_per_month, known_by, months_until
from banso.prove.engine.regression import Fit, SingularDesignError, fit_logistic

EVENTS_PER_PARAMETER = 10


@dataclass(frozen=True, slots=True)
class Partial:
    """What is left of one metric. answer: odds ratio of renewal per SD, q over all that have one.

    held, attributes: keys of what was held; parameters: of the model, its intercept not counted.
    later: keys that come after it and were not held; with_later: the same with them held, too
    (without q), None where nothing comes later.
    """

    key: str
    answer: Answer | NoAnswer
    held: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    parameters: int = 0
    later: tuple[str, ...] = ()
    with_later: Partial | None = None


@dataclass
class _Model:
    """The decisions, the columns that can be used, and the fits made so far."""

    d: Decisions
    nuisance: Nuisance
    columns: dict[str, Column]
    fits: dict[tuple[str, ...], tuple[Fit | None, dict[str, int]]] = field(default_factory=dict)

    @property
    def fewer(self) -> int:
        return min(self.d.events, self.d.n - self.d.events)

    def parameters(self, keys: Sequence[str]) -> int:
        return int(self.nuisance.x.shape[1] - 1 + sum(self.columns[k].x.shape[1] for k in keys))

    def fit(self, keys: tuple[str, ...]) -> tuple[Fit | None, dict[str, int]]:
        """The model with these columns, and the position of the first column of each."""
        if keys not in self.fits:
            places, parts, at = {}, [self.nuisance.x], self.nuisance.x.shape[1]
            for key in keys:
                places[key] = at
                parts.append(self.columns[key].x)
                at += self.columns[key].x.shape[1]
            try:
                made = fit_logistic(np.column_stack(parts), self.d.y, self.d.clusters.codes)
            except SingularDesignError:
                made = None
            self.fits[keys] = made, places
        return self.fits[keys]


def partial_effects(
    decisions: pa.Table,
    metrics: Sequence[Feature],
    attributes: Sequence[Feature],
    families: Sequence[Sequence[str]],
    *,
    data_cut: date,
    settings: Settings | None = None,
    order: Mapping[str, int] | None = None,
) -> tuple[Partial, ...]:
    """One `Partial` per metric, in their order; order: the step of those that have a place in it.

    decisions as in `association.scan`; families: keys of metrics that say the same (each metric in
    one). Features that are missing too often, do not vary, leak by definition, or are a shared term
    themselves are not held. NoAnswer reasons: one_outcome, no_variation, too_many_missing,
    nothing_to_hold, too_few_events_per_parameter, not_separable. Raises ValueError as `scan`.
    """
    s = settings or Settings()
    d = read_decisions(decisions, data_cut)
    nuisance = build_nuisance(d)
    if nuisance is None:
        return tuple(Partial(f.key, NoAnswer("one_outcome", {"events": d.events})) for f in metrics)
    columns, refused = _columns([*metrics, *attributes], d, decisions.num_rows, s)
    model = _Model(d, nuisance, columns)
    usable = [f.key for f in metrics if f.key in columns]
    held_attributes = [f.key for f in attributes if f.key in columns]
    family_of = {key: tuple(family) for family in families for key in family}
    wait = decisions_per_month(d.day, data_cut), data_cut
    made = []
    for feature in metrics:
        if feature.key in refused:
            made.append(Partial(feature.key, refused[feature.key]))
            continue
        own = family_of.get(feature.key, (feature.key,))
        outside = [key for key in usable if key not in own]
        later = tuple(key for key in outside if _comes_later(key, feature.key, order or {}))
        before = [key for key in outside if key not in later]
        found = _partial(feature.key, before, held_attributes, family_of, model, wait, s)
        if later:
            whole = _partial(feature.key, outside, held_attributes, family_of, model, wait, s)
            found = replace(found, later=later, with_later=whole)
        made.append(found)
    return _with_q(made)


def _comes_later(key: str, than: str, order: Mapping[str, int]) -> bool:
    return key in order and than in order and order[key] > order[than]


def _columns(
    features: Sequence[Feature], d: Decisions, table_rows: int, s: Settings
) -> tuple[dict[str, Column], dict[str, NoAnswer]]:
    columns, refused = {}, {}
    for feature in features:
        column = read_column(feature, feature.at_landmark, d, table_rows)
        missing = 1.0 - float(column.observed.mean()) if d.n else 1.0
        if feature.structural_leak or feature.replaces:
            refused[feature.key] = NoAnswer("not_separable", {"n": d.n})
        elif missing > s.maximum_missing:
            needs = {"share_missing": missing, "share_allowed": s.maximum_missing}
            refused[feature.key] = NoAnswer("too_many_missing", needs)
        elif not column.tested or (feature.kind != "nominal" and not column.sd):
            refused[feature.key] = NoAnswer("no_variation", {"levels": 1, "levels_needed": 2})
        else:
            columns[feature.key] = column
    return columns, refused


def _partial(
    key: str,
    outside: list[str],
    attributes: list[str],
    family_of: dict[str, tuple[str, ...]],
    model: _Model,
    wait: tuple[float | None, date],
    s: Settings,
) -> Partial:
    if not outside and not attributes:
        return Partial(key, NoAnswer("nothing_to_hold", {"held": 0}))
    fewest = 0
    for held, kept in _steps(outside, attributes, family_of):
        fewest = model.parameters([*held, *kept, key])
        if model.fewer >= EVENTS_PER_PARAMETER * fewest:
            answer = _answer(key, tuple(sorted([*held, key])), tuple(kept), model, s)
            return Partial(key, answer, tuple(held), tuple(kept), fewest)
    per_month, data_cut = wait
    needed = EVENTS_PER_PARAMETER * fewest
    months = months_until(model.fewer, needed, per_month, model.fewer / model.d.n)
    needs = {"events": model.fewer, "parameters": fewest, "events_needed": needed}
    refusal = NoAnswer("too_few_events_per_parameter", needs, known_by(data_cut, months))
    return Partial(key, refusal, parameters=fewest)


def _steps(
    outside: list[str], attributes: list[str], family_of: dict[str, tuple[str, ...]]
) -> Iterator[tuple[list[str], list[str]]]:
    """What to hold: everything, then one of each family, then that without attributes."""
    seen: set[tuple[str, ...]] = set()
    first = []
    for key in outside:
        family = family_of.get(key, (key,))
        if family not in seen:
            seen.add(family)
            first.append(key)
    yield outside, attributes
    if len(first) < len(outside):
        yield first, attributes
    if first and attributes:
        yield first, []


def _answer(
    key: str, metrics: tuple[str, ...], attributes: tuple[str, ...], model: _Model, s: Settings
) -> Answer | NoAnswer:
    fit, places = model.fit((*attributes, *metrics))
    unclear = NoAnswer("not_separable", {"events": model.d.events})
    if fit is None or not fit.converged or places[key] not in fit.kept:
        return unclear
    at = fit.kept.index(places[key])
    b, se = float(fit.coef[at]), float(fit.se[at])
    reach = two_sided_z(s.confidence) * se
    if not math.isfinite(se) or se <= 0 or abs(b) + reach > 50:
        return unclear
    return Answer(
        value=math.exp(-b), low=math.exp(-b - reach), high=math.exp(-b + reach), n=model.d.n,
        events=model.d.events, accounts=model.d.clusters.count, scale="odds_ratio",
        method="logistic", confidence=s.confidence, se=se, p=two_sided_p(b / se),
    )  # fmt: skip


def _with_q(made: list[Partial]) -> tuple[Partial, ...]:
    """False-discovery control over the metrics that have an estimate."""
    p = [m.answer.p for m in made if isinstance(m.answer, Answer) and m.answer.p is not None]
    q: Iterator[float] = iter(benjamini_hochberg(p).tolist() if p else ())
    return tuple(
        replace(m, answer=replace(m.answer, q=next(q))) if isinstance(m.answer, Answer) else m
        for m in made
    )


def level_of(found: Finding, partial: Partial | None, q_target: float) -> str:
    """The level of the claim ladder: L2 where an association stands with all else held.

    All else: one metric at least of every other family, and what we know of the customers.
    """
    if found.verdict != "associated" or partial is None or not partial.attributes:
        return found.level
    left = partial.answer
    if not isinstance(left, Answer) or left.q is None or left.q > q_target:
        return found.level
    same_side = found.odds_ratio is not None and (left.value > 1) == (found.odds_ratio > 1)
    return "L2" if same_side else found.level
