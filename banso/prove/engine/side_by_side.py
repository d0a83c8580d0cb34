"""Many logistic models that share all columns but their own, fitted side by side.

Letters as in regression.py: X (n, k) the shared columns, Z_j (n, c) the own columns of model j
(c = 1, or 2 with an indicator of missing values), b_j (k + c) its coefficients, y (n) 0/1. Each
model is logit P(y = 1) = X b + Z_j c_j by Newton's method, b <- b + I^-1 [X Z_j]'(y - p)
(McCullagh & Nelder 1989, Generalized Linear Models, 2.5; errors: Liang & Zeger 1986). The first
step is taken where c_j = 0: there p, and with it X'WX, is the same for all models, so that it costs
one of them. Later steps take blocks of rows that fit into the processor's cache for all models at
once, in single precision until they are small, then in double precision. Same estimates and errors
as `regression.fit_logistic`, one model at a time (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from banso.prove.engine.regression import Clusters, FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

_BLOCK_CELLS = 65_536
_CHUNK_CELLS = 16_000_000
_MOST_STEPS = 15
_RUNS_AWAY = 30.0
_SMALL, _TOLERANCE, _SMALLEST_REST = 1e-3, 1e-6, 1e-6


class Own(NamedTuple):
    """b: coefficient of a model's first own column; moved (G,): about how far it moves when a
    cluster is left out, as `regression.influence`; rows: the sum of the squares of the same for
    single rows; variance: of b by the model, its element of I^-1.
    """

    b: float
    moved: FloatArray
    rows: float
    variance: float


@dataclass(frozen=True)
class _Shared:
    """X' (k, n), y, coefficients of the model without own columns, and the pairs of columns whose
    products the information needs.
    """

    xt: FloatArray
    y: FloatArray
    start: FloatArray
    rows: IntArray
    columns: IntArray

    @property
    def k(self) -> int:
        return len(self.xt)

    def single(self) -> _Shared:
        """The same in single precision."""
        xt, y, start = (np.asarray(a, dtype=np.float32) for a in (self.xt, self.y, self.start))
        return _Shared(xt, y, start, self.rows, self.columns)  # type: ignore[arg-type]

    def information(self, sums: FloatArray, size: int) -> FloatArray:
        """(m, size, size) with the shared corner (m, pairs) filled in."""
        made = np.zeros((len(sums), size, size))
        made[:, self.rows, self.columns] = sums
        made[:, self.columns, self.rows] = sums
        return made


@dataclass(frozen=True)
class _Work:
    """Of every model: coefficients, information, residuals; whether it converged or ran away."""

    b: FloatArray
    information: FloatArray
    residual: FloatArray
    done: BoolArray
    lost: BoolArray


def fit_side_by_side(
    x: FloatArray,
    start: FloatArray,
    own: Sequence[FloatArray],
    y: FloatArray,
    clusters: Clusters,
    *,
    exact: bool = True,
) -> list[Own | None]:
    """One `Own` per element of `own` (n, c), all of the same c; None where a model does not
    converge (separation) or its columns cannot be told apart.

    x (n, k) with the intercept among its columns; start (k,): the fit of y on x alone. exact: until
    the last step is below 1e-6 of 1 + |b|; else until what is left is about a hundredth of the
    error, in single precision, and the first step may do. Raises ValueError for other shapes.
    """
    if x.shape != (len(y), len(start)) or any(z.shape != (len(y), own[0].shape[1]) for z in own):
        raise ValueError("need x (n, k), start (k,), y (n) and own columns (n, c)")
    rows, columns = np.tril_indices(x.shape[1])
    shared = _Shared(np.ascontiguousarray(x.T), y, start, rows, columns)
    most = max(1, _CHUNK_CELLS // max(1, len(y)))
    made: list[Own | None] = []
    for at in range(0, len(own), most):
        made += _fit(shared, own[at : at + most], clusters, exact=exact)
    return made


def _fit(
    shared: _Shared, own: Sequence[FloatArray], clusters: Clusters, *, exact: bool
) -> list[Own | None]:
    m, size = len(own), shared.k + own[0].shape[1]
    work = _Work(
        b=np.zeros((m, size)), information=np.zeros((m, size, size)),
        residual=np.empty((m, len(shared.y)), dtype=np.float64 if exact else np.float32),
        done=np.zeros(m, dtype=np.bool_), lost=np.zeros(m, dtype=np.bool_),
    )  # fmt: skip
    rough, z = shared.single(), _stacked(own, np.float32)
    work.b[:, : shared.k] = shared.start
    gradient, work.information[:] = _first(rough, z)
    step = _solved(gradient, work.information)
    work.b[:] += step
    work.lost[:] = ~np.isfinite(step).all(axis=1) | _explained(work.information, shared.k)
    if not exact:
        work.residual[:] = rough.y - _probability(rough.start @ rough.xt)
        work.done[:] = _settled(step, work.information, shared.k)
    _until(rough, z, work, _SMALL)
    if exact:
        work.done[:] = False
        shared_now, z = shared, _stacked(own, np.float64)
        _until(shared_now, z, work, _TOLERANCE)
    else:
        shared_now = rough
    fine = np.flatnonzero(work.done & ~work.lost)
    moved, rows, variance = _moved(shared_now, z, work, fine, clusters)
    made: list[Own | None] = [None] * m
    for place, j in enumerate(fine):
        b = float(work.b[j, shared.k])
        made[j] = Own(b, moved[place], float(rows[place]), float(variance[place]))
    return made


def _explained(information: FloatArray, k: int) -> BoolArray:
    """Whether the shared columns leave less than a millionth of the first own column."""
    corner, across = information[:, :k, :k], information[:, :k, k]
    told = np.einsum("mk,mk->m", across, np.linalg.solve(corner, across[:, :, None])[:, :, 0])
    return np.asarray(~(told < (1 - _SMALLEST_REST) * information[:, k, k]))


def _settled(step: FloatArray, information: FloatArray, k: int) -> BoolArray:
    """Whether the first step is so small that what it leaves, about its square, is below a
    hundredth of the error.
    """
    error = 1.0 / np.sqrt(information[:, k, k])
    return np.asarray(np.abs(step).max(axis=1) ** 2 < 0.01 * error)


def _stacked(own: Sequence[FloatArray], kind: type[np.float32 | np.float64]) -> FloatArray:
    """Own columns as (c, m, n)."""
    z: npt.NDArray[Any] = np.empty((own[0].shape[1], len(own), len(own[0])), dtype=kind)
    for j, columns in enumerate(own):
        z[:, j] = columns.T
    return z


def _until(shared: _Shared, z: FloatArray, work: _Work, tolerance: float) -> None:
    """Newton's steps of all models that are not lost, each until its last one is small."""
    for _ in range(_MOST_STEPS):
        open_ = np.flatnonzero(~work.done & ~work.lost)
        if not len(open_):
            return
        gradient, work.information[open_] = _pass(shared, z, work.b, open_, work.residual)
        step = _solved(gradient, work.information[open_])
        size = np.abs(step / (1.0 + np.abs(work.b[open_]))).max(axis=1)
        work.b[open_] += step
        work.lost[open_] = ~(np.abs(work.b[open_]).max(axis=1) < _RUNS_AWAY)
        work.done[open_] = size < tolerance


def _solved(gradient: FloatArray, information: FloatArray) -> FloatArray:
    """I^-1 g of each model, NaN where I cannot be inverted."""
    try:
        np.linalg.cholesky(information)
        return np.asarray(np.linalg.solve(information, gradient[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        return _solved_apart(gradient, information)


def _solved_apart(gradient: FloatArray, information: FloatArray) -> FloatArray:
    """The same one by one, for one that cannot be inverted is no reason to give up the others."""
    made = np.full_like(gradient, np.nan)
    for j, (g, i) in enumerate(zip(gradient, information, strict=True)):
        try:
            np.linalg.cholesky(i)
            made[j] = np.linalg.solve(i, g)
        except np.linalg.LinAlgError:
            continue
    return made


def _probability(eta: FloatArray) -> FloatArray:
    np.clip(eta, -80.0, 80.0, out=eta)
    np.negative(eta, out=eta)
    np.exp(eta, out=eta)
    eta += 1.0
    return np.asarray(np.reciprocal(eta, out=eta))


def _blocks(n: int, models: int) -> list[slice]:
    size = max(256, _BLOCK_CELLS // max(1, models))
    return [slice(at, at + size) for at in range(0, n, size)]


def _first(shared: _Shared, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient (m, k + c) and information (m, k + c, k + c) where all own coefficients are 0."""
    c, m, n = z.shape
    k = shared.k
    corner, gradient = np.zeros((k, k)), np.zeros((m, k + c))
    information = np.zeros((m, k + c, k + c))
    for block in _blocks(n, m):
        x, own = shared.xt[:, block], z[:, :, block]
        p = _probability(shared.start @ x)
        w, r = p * (1.0 - p), shared.y[block] - p
        weighted = x * w
        corner += weighted @ x.T
        gradient[:, :k] += x @ r
        for i in range(c):
            gradient[:, k + i] += own[i] @ r
            information[:, k + i, :k] += own[i] @ weighted.T
            for j in range(i + 1):
                information[:, k + i, k + j] += np.einsum("mn,mn,n->m", own[i], own[j], w)
    information[:, :k, :k] = corner
    return gradient, _mirrored(information, k)


def _mirrored(information: FloatArray, k: int) -> FloatArray:
    """The same with what stands below the diagonal also above it, from row k on."""
    for i in range(k, information.shape[1]):
        information[:, :i, i] = information[:, i, :i]
    return information


def _pass(
    shared: _Shared, z: FloatArray, b: FloatArray, open_: IntArray, residual: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Gradient and information of the open models at b; fills their rows of `residual`.

    The shared corner is summed in single precision within blocks: it sets the step's direction and,
    to a millionth, the errors; what the steps lead to is told by the gradient.
    """
    c, _, n = z.shape
    k, m = shared.k, len(open_)
    coef = b[open_].astype(z.dtype)
    every = m == z.shape[1]
    corner, gradient = np.zeros((m, len(shared.rows))), np.zeros((m, k + c))
    rest = np.zeros((m, c, k + c))
    for block in _blocks(n, m):
        x = shared.xt[:, block]
        own = z[:, :, block] if every else z[:, open_, block]
        eta = coef[:, :k] @ x
        for i in range(c):
            eta += coef[:, k + i, None] * own[i]
        p = _probability(eta)
        r, w = shared.y[block] - p, p * (1.0 - p)
        residual[open_, block] = r
        gradient[:, :k] += r @ x.T
        single = x.astype(np.float32, copy=False)
        pairs = single[shared.rows] * single[shared.columns]
        corner += w.astype(np.float32, copy=False) @ pairs.T
        for i in range(c):
            gradient[:, k + i] += np.einsum("mn,mn->m", r, own[i])
            weighted = w * own[i]
            rest[:, i, :k] += weighted @ x.T
            for j in range(i + 1):
                rest[:, i, k + j] += np.einsum("mn,mn->m", weighted, own[j])
    information = shared.information(corner, k + c)
    information[:, k:, :] = rest
    return gradient, _mirrored(information, k)


def _moved(
    shared: _Shared,
    z: FloatArray,
    work: _Work,
    models: IntArray,
    clusters: Clusters,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Influence (models, G) on the first own coefficient: I^-1's row times the scores, summed; the
    sum of its squares by row (models,); the coefficient's variance by the model (models,).
    """
    k, n = shared.k, len(shared.y)
    moved, rows = np.empty((len(models), clusters.count)), np.zeros(len(models))
    if not len(models):
        return moved, rows, rows
    unit = np.zeros((work.b.shape[1], 1))
    unit[k] = 1.0
    bread = np.linalg.solve(work.information[models], unit)[:, :, 0].astype(z.dtype)
    for block in _blocks(n, len(models)):
        told = bread[:, :k] @ shared.xt[:, block]
        for i in range(len(z)):
            told += bread[:, k + i, None] * z[i, models, block]
        told *= work.residual[models, block]
        rows += np.einsum("mn,mn->m", told, told)
        work.residual[models, block] = told
    for place, j in enumerate(models):
        moved[place] = np.bincount(clusters.codes, work.residual[j], minlength=clusters.count)
    return moved, rows, bread[:, k].astype(np.float64)
