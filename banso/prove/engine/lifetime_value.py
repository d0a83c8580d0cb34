"""What a customer is still worth: discounted lifetimes, by how long it has stayed.

Letters: S(t) of `lifetime`, d the discount per term (> 0), v the margin per term. A new customer
pays at t = 0, 1, 2, …: DEL = sum of S(t)/(1+d)^t = 2F1(1, beta; alpha+beta; 1/(1+d)). A customer
before its n-th renewal: DERL = sum over t >= n of S(t)/S(n-1) / (1+d)^(t-n)
= (beta+n-1)/(alpha+beta+n-1) 2F1(1, beta+n; alpha+beta+n; 1/(1+d)); what it is worth is v DERL,
counted on the day of that renewal. With one constant retention r for all it would be
r (1+d)/(1+d-r), whatever the tenure. BdW and horizons are summed.
References: Fader & Hardie 2007b (DEL, DERL); 2010; 2015 (residual value by tenure).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import hyp2f1

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.lifetime import Lifetime, survival_of
from banso.prove.engine.regression import FloatArray

_NOTHING = 1e-10


def expected_terms(fit: Lifetime, discount: float, *, horizon: int | None = None) -> Answer:
    """DEL: discounted terms a new customer pays, the first included; within `horizon` terms if
    given. Raises ValueError unless discount > 0 and horizon >= 1.
    """
    return _answer(fit, 0, discount, horizon)


def remaining_terms(
    fit: Lifetime, n: int, discount: float, *, horizon: int | None = None
) -> Answer:
    """DERL: discounted terms still to come from a customer before its n-th renewal (n >= 1), of
    which the first is the one that renewal would begin. Errors as `expected_terms`.
    """
    if n < 1:
        raise ValueError("n counts renewals from 1")
    return _answer(fit, n, discount, horizon)


def value_of_base(
    fit: Lifetime,
    n: npt.ArrayLike,
    per_term: npt.ArrayLike,
    discount: float,
    *,
    horizon: int | None = None,
) -> Answer:
    """Sum of v DERL over groups of customers: before which renewal each stands, n (k,), and the
    margin of all of it per term, per_term (k,). Errors as `remaining_terms`; n and per_term must be
    equally long.
    """
    stands, money = np.asarray(n, dtype=np.int64), np.asarray(per_term, dtype=np.float64)
    if stands.shape != money.shape or (stands < 1).any():
        raise ValueError("need a renewal from 1 on and an amount for each group")
    points = np.vstack((np.array([[fit.alpha, fit.beta, fit.c]]), fit.region))
    values = np.zeros(len(points))
    for place, amount in zip(stands.tolist(), money.tolist(), strict=True):
        values += amount * _discounted(points, place, discount, horizon)
    return fit.answer(values[1:], float(values[0]), "money")


def constant_remaining_terms(retention: float, discount: float) -> float:
    """DERL if everybody renewed with the same chance at every tenure: r (1+d)/(1+d-r).

    Raises ValueError unless 0 <= r <= 1 and d > 0.
    """
    if not 0 <= retention <= 1 or not discount > 0:
        raise ValueError("need a retention between 0 and 1 and a discount above 0")
    return retention * (1 + discount) / (1 + discount - retention)


def pay_back(
    fit: Lifetime, value: float, cost: float, discount: float, *, most: int = 1200
) -> Answer | NoAnswer:
    """Terms until the margin of a new customer, as many as stay and discounted, covers its cost.

    value: margin per term, cost: what winning it cost (same money). NoAnswer:
    "never_pays_back" when it does not within `most` terms; the limit of the interval may be
    infinite. Raises ValueError unless value and cost are above 0.
    """
    if not value > 0 or not cost > 0:
        raise ValueError("need a value and a cost above 0")
    times = np.arange(float(most))
    best = np.array([[fit.alpha, fit.beta, fit.c]])
    many = survival_of(np.vstack((best, fit.region)), times) * value / (1 + discount) ** times
    covered = np.cumsum(many, axis=1) >= cost
    terms = np.where(covered.any(axis=1), covered.argmax(axis=1) + 1.0, math.inf)
    if math.isinf(terms[0]):
        return NoAnswer("never_pays_back", {"cost": cost, "earned": float(many[0].sum())})
    return fit.answer(terms[1:], float(terms[0]), "terms")


def _answer(fit: Lifetime, n: int, discount: float, horizon: int | None) -> Answer:
    if not discount > 0 or (horizon is not None and horizon < 1):
        raise ValueError("need a discount above 0 and a horizon of 1 term or more")
    best = np.array([[fit.alpha, fit.beta, fit.c]])
    values = _discounted(np.vstack((best, fit.region)), n, discount, horizon)
    return fit.answer(values[1:], float(values[0]), "terms")


def _discounted(parameters: FloatArray, n: int, discount: float, horizon: int | None) -> FloatArray:
    """DEL (n = 0) or DERL (n >= 1) at each of the parameters (m, 3)."""
    alpha, beta, c = parameters.T
    if horizon is None and (c == 1.0).all():
        z = 1 / (1 + discount)
        first = (beta + n - 1) / (alpha + beta + n - 1) if n else np.ones(len(beta))
        closed = first * hyp2f1(1.0, beta + n, alpha + beta + n, z)
        if np.isfinite(closed).all():
            return np.asarray(closed, dtype=np.float64)
    terms = horizon or math.ceil(math.log(1 / _NOTHING) / math.log1p(discount))
    times = np.arange(n, n + terms, dtype=np.float64)
    weights = (1 + discount) ** -(times - n)
    before = survival_of(parameters, np.array([float(max(n - 1, 0))]))[:, 0]
    return np.asarray(survival_of(parameters, times) @ weights / before)
