"""Firth's logistic regression: finite estimates when a cell is empty or a KPI separates renewals
from losses.

Letters as in regression.py. Maximises l(b) + 1/2 ln det I(b); score X'(y - p + h(1/2 - p)) with h
the diagonal of W^1/2 X I^-1 X' W^1/2. For a 2x2 table it is the same as adding 1/2 to every cell.
References: Firth 1993, Biometrika 80:27-38; Heinze & Schemper 2002, Statist. Med. 21:2409-2419.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.regression import (
    Fit,
    FloatArray,
    SingularDesignError,
    independent_columns,
)

_MAX_ITERATIONS = 100
_BLOCK = 8192
_MAX_STEP = 5.0


@dataclass(frozen=True, slots=True)
class _State:
    penalised: float
    score: FloatArray
    information: FloatArray


def fit_firth(x: npt.ArrayLike, y: npt.ArrayLike, start: FloatArray | None = None) -> Fit:
    """Firth's estimate of y (0/1) on X (n, k), with model-based covariance I^-1.

    A sandwich is not offered: in an empty cell the residuals, and with them its variance, vanish.
    Widen by a design effect instead. start: coefficients of the kept columns. Raises ValueError for
    wrong shapes or non-finite numbers.
    """
    design, target = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if design.ndim != 2 or len(design) != len(target) or not np.isfinite(design).all():
        raise ValueError("need finite X (n, k) and y (n)")
    if not np.isin(target, (0.0, 1.0)).all():
        raise ValueError("y must be 0 or 1")
    kept = independent_columns(design)
    if not kept:
        raise SingularDesignError("no column varies")
    used = design[:, list(kept)]
    b, state, converged = _maximise(used, target, start, list(range(used.shape[1])))
    model = np.linalg.inv(state.information).astype(np.float64)
    return Fit(b, model, model, state.penalised, kept, len(target), None, "firth", converged)


def penalised_likelihood_ratio(x: FloatArray, y: FloatArray, fit: Fit, columns: list[int]) -> float:
    """2 (l*(b) - l*(b with `columns` held at 0)), chi-square with len(columns) df; the penalty
    keeps all columns.

    x: the columns of `fit` in its order. More powerful than Wald's test when a cell is empty.
    """
    free = [j for j in range(x.shape[1]) if j not in columns]
    start = fit.coef.copy()
    start[columns] = 0.0
    _, state, _ = _maximise(x, y, start, free)
    return max(0.0, 2.0 * (fit.log_likelihood - state.penalised))


def _maximise(
    x: FloatArray, y: FloatArray, start: FloatArray | None, free: list[int]
) -> tuple[FloatArray, _State, bool]:
    b = np.zeros(x.shape[1]) if start is None else start.astype(np.float64)
    state = _pass(x, y, b)
    for _ in range(_MAX_ITERATIONS):
        step = np.zeros(len(b))
        step[free] = np.linalg.solve(state.information[np.ix_(free, free)], state.score[free])
        largest = float(np.max(np.abs(step)))
        if largest < 1e-9:
            return b, state, True
        step *= min(1.0, _MAX_STEP / largest)
        tried = _pass(x, y, b + step)
        halvings = 0
        while tried.penalised < state.penalised and halvings < 30:
            step, halvings = step / 2.0, halvings + 1
            tried = _pass(x, y, b + step)
        if tried.penalised <= state.penalised:
            return b, state, largest < 1e-4
        b, state = b + step, tried
    return b, state, False


def _pass(x: FloatArray, y: FloatArray, b: FloatArray) -> _State:
    k = x.shape[1]
    eta = np.clip(x @ b, -500.0, 500.0)
    small = np.exp(-np.abs(eta))
    p = np.where(eta >= 0, 1.0, small) / (1.0 + small)
    w = p * (1.0 - p)
    information = np.zeros((k, k))
    for i in range(0, len(y), _BLOCK):
        information += (x[i : i + _BLOCK] * w[i : i + _BLOCK, None]).T @ x[i : i + _BLOCK]
    sign, log_det = np.linalg.slogdet(information)
    if sign <= 0:
        return _State(-np.inf, np.zeros(k), np.eye(k))
    inverse = np.linalg.inv(information)
    leverage = w * np.einsum("ij,ij->i", x @ inverse, x)
    score = x.T @ (y - p + leverage * (0.5 - p))
    likelihood = float(y @ eta - np.maximum(eta, 0.0).sum() - np.log1p(small).sum())
    return _State(likelihood + 0.5 * float(log_det), score, information)
