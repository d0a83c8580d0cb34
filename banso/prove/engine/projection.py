"""From a model of lifetimes to shares still there, tested on the past before it is believed.

The model and its survival S(t) are those of lifetime.py (Fader & Hardie 2007, J. Interactive
Marketing 21:76-90); that it must foretell the renewals held back from it is their own test of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.lifetime import (
    OPPORTUNITIES_NEEDED,
    Lifetime,
    Renewals,
    fit_lifetime,
    survival_of,
)
from banso.prove.engine.normal import two_sided_z
from banso.prove.engine.regression import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class BackTest:
    """The model fitted on the first `fitted_on` renewals, held against what came after them.

    For each later renewal t: the share of those alive after `fitted_on` renewals who are still
    there after t, as projected with limits (of the model and of chance among so few customers), and
    as it came; n (k,) decided at it. passed: what came lies within the limits at the last one.
    """

    fitted_on: int
    times: IntArray
    projected: FloatArray
    low: FloatArray
    high: FloatArray
    actual: FloatArray
    n: IntArray
    passed: bool


@dataclass(frozen=True, slots=True)
class Projection:
    """The model, its test on the past (NoAnswer: too little past to test), the share still there
    after t renewals of all who start, with limits: (k,) each.
    """

    fit: Lifetime
    back_test: BackTest | NoAnswer
    times: IntArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray


def back_test(
    renewals: Renewals, *, allow_bdw: bool = True, confidence: float = 0.95
) -> BackTest | NoAnswer:
    """Fit on the first half of the renewals seen (at least 3), project the rest, compare.

    NoAnswer: those of `fit_lifetime`; "too_few_renewals_seen" without a renewal left to test on.
    """
    seen = renewals.observed
    fitted_on = max(OPPORTUNITIES_NEEDED, math.ceil(seen / 2))
    if seen <= fitted_on:
        needs = {"renewals_seen": seen, "renewals_seen_needed": OPPORTUNITIES_NEEDED + 1}
        return NoAnswer("too_few_renewals_seen", needs)
    fit = fit_lifetime(renewals.until(fitted_on), allow_bdw=allow_bdw, confidence=confidence)
    if isinstance(fit, NoAnswer):
        return fit
    times = np.arange(fitted_on + 1, seen + 1)
    best = np.array([[fit.alpha, fit.beta, fit.c]])
    many = _from(np.vstack((best, fit.region)), fitted_on, times)
    projected, least, most = many[0], many.min(axis=0), many.max(axis=0)
    decided = renewals.decided[fitted_on:seen].astype(np.float64)
    left = renewals.left[fitted_on:seen].astype(np.float64)
    actual = np.cumprod(1 - left / decided).astype(np.float64)
    expected_left = 1 - many[0] / np.concatenate(([1.0], many[0][:-1]))
    chance = projected * np.sqrt(np.cumsum(expected_left / ((1 - expected_left) * decided)))
    noise = two_sided_z(confidence) * chance
    low = projected - np.hypot(projected - least, noise)
    high = projected + np.hypot(most - projected, noise)
    return BackTest(
        fitted_on=fitted_on,
        times=times.astype(np.int64),
        projected=projected,
        low=np.maximum(low, 0.0),
        high=np.minimum(high, 1.0),
        actual=actual,
        n=renewals.decided[fitted_on:seen],
        passed=bool(low[-1] <= actual[-1] <= high[-1]),
    )


def project(
    renewals: Renewals,
    until: int,
    *,
    given: int = 0,
    allow_bdw: bool = True,
    confidence: float = 0.95,
) -> Projection | NoAnswer:
    """The share still there after given + 1 … `until` renewals, of all who made `given` renewals.

    NoAnswer: those of `fit_lifetime`; "back_test_failed" when the model, fitted on the first half
    of what was seen, missed the second half by more than its limits: its future is not to be shown.
    """
    fit = fit_lifetime(renewals, allow_bdw=allow_bdw, confidence=confidence)
    if isinstance(fit, NoAnswer):
        return fit
    tested = back_test(renewals, allow_bdw=allow_bdw, confidence=confidence)
    if isinstance(tested, BackTest) and not tested.passed:
        came, told = float(tested.actual[-1]), float(tested.projected[-1])
        needs = {"actual": came, "projected": told, "after": float(tested.times[-1])}
        limits = {"low": float(tested.low[-1]), "high": float(tested.high[-1])}
        return NoAnswer("back_test_failed", needs | limits)
    times = np.arange(given + 1, until + 1)
    best = np.array([[fit.alpha, fit.beta, fit.c]])
    many = _from(np.vstack((best, fit.region)), given, times)
    return Projection(
        fit, tested, times.astype(np.int64), many[0], many.min(axis=0), many.max(axis=0)
    )


def share_still_there(fit: Lifetime, after: int, *, given: int = 0) -> Answer:
    """The projected share still there after `after` renewals of those who made `given`. Raises
    ValueError unless 0 <= given <= after.
    """
    if not 0 <= given <= after:
        raise ValueError("need 0 <= given <= after")
    times = np.array([after])
    many = _from(fit.region, given, times)[:, 0]
    best = float(_from(np.array([[fit.alpha, fit.beta, fit.c]]), given, times)[0, 0])
    return fit.answer(many, best, "survival")


def back_test_check(tested: BackTest | NoAnswer) -> Check:
    """The back-test as a check of an answer: error at the last renewal against its half-width."""
    if isinstance(tested, NoAnswer):
        return Check("back_test", None, None, None)
    error = float(tested.projected[-1] - tested.actual[-1])
    width = float(tested.high[-1] - tested.low[-1]) / 2
    return Check("back_test", error, width, tested.passed)


def _from(parameters: FloatArray, given: int, times: IntArray) -> FloatArray:
    """S(t)/S(given) (m, k)."""
    whole = survival_of(parameters, times.astype(np.float64))
    return np.asarray(whole / survival_of(parameters, np.array([float(given)])))
