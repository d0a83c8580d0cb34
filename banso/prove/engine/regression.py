"""Logistic and linear regression with standard errors robust to repeated rows of one account.

Letters: X (n rows, k columns, the intercept among them), y (n) 0/1 or numbers, b (k) coefficients
in log-odds per unit of X, p = 1/(1+exp(-Xb)), w = p(1-p), I = X'WX information, G clusters
(accounts), r = y - p. Sandwich: V = I^-1 (sum over clusters s_g s_g') I^-1 c, s_g = sum of x_i r_i
in cluster g, c = G/(G-1) (n-1)/(n-k) (Liang & Zeger 1986; Petersen 2009; same factor as
statsmodels).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.numbering import numbered

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BLOCK = 8192
_MAX_ITERATIONS = 25
_MANY_ROWS = 20_000
_COLLINEAR = 1e-8


class SingularDesignError(ValueError):
    """The columns cannot be told apart, or nothing varies; drop columns with
    `independent_columns`.
    """


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which account each row belongs to: `codes` 0..count-1, shape (n,)."""

    codes: IntArray
    count: int

    @classmethod
    def of(cls, ids: npt.ArrayLike) -> Clusters:
        """From any account identifiers, one per row."""
        levels, codes = numbered(ids)
        return cls(codes, len(levels))

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums of the rows of `values` (n, m) per cluster: (count, m)."""
        columns = [np.bincount(self.codes, weights=v, minlength=self.count) for v in values.T]
        return np.column_stack(columns) if columns else np.zeros((self.count, 0))

    def sums_of(self, cell: IntArray, values: FloatArray) -> FloatArray:
        """The same of ``values[cell]``, of few cells (cells, m): counted first."""
        cells = len(values)
        counts = np.bincount(self.codes * cells + cell, minlength=self.count * cells)
        return np.asarray(counts.reshape(self.count, cells) @ values)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression.

    coef (k,), covariance (k, k) robust when clusters were given, else model_covariance;
    kept: indices of the columns of X that were used (collinear ones are left out), coef is in that
    order. log_likelihood is NaN for OLS; penalised for Firth. method: "logistic", "firth" or "ols".
    converged False means separation: the estimates run away and must not be shown.
    """

    coef: FloatArray
    covariance: FloatArray
    model_covariance: FloatArray
    log_likelihood: float
    kept: tuple[int, ...]
    n: int
    clusters: int | None
    method: str
    converged: bool

    @property
    def se(self) -> FloatArray:
        """Standard errors (k,): square roots of the diagonal of `covariance`."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class NewtonFit:
    """What Newton's method leaves: coefficients, information, residuals y - p, and whether it
    converged.
    """

    coef: FloatArray
    information: FloatArray
    residual: FloatArray
    log_likelihood: float
    converged: bool


def independent_columns(x: FloatArray) -> tuple[int, ...]:
    """Indices of the columns kept when each one explained by the kept ones before it is left out.

    A column goes when less than 1e-8 of its sum of squares is left after projection; constants
    count as explained by the intercept, so put the intercept first and what matters most next.
    """
    return _independent(x.T @ x)


def only(x: FloatArray, kept: Sequence[int]) -> FloatArray:
    """The columns of x (n, k) at `kept`, rising; all of them are x itself and cost nothing."""
    return x if len(kept) == x.shape[1] else np.ascontiguousarray(x[:, list(kept)])


def _independent(gram: FloatArray) -> tuple[int, ...]:
    scale = np.sqrt(np.diag(gram))
    kept: list[int] = []
    for j in range(len(gram)):
        if scale[j] == 0:
            continue
        rest = 1.0
        if kept:
            unit = gram[np.ix_(kept, [*kept, j])] / np.outer(scale[kept], scale[[*kept, j]])
            rest = 1.0 - float(unit[:, -1] @ np.linalg.solve(unit[:, :-1], unit[:, -1]))
        if rest > _COLLINEAR:
            kept.append(j)
    return tuple(kept)


def newton_logistic(
    x: FloatArray, y: FloatArray, start: FloatArray | None = None, tolerance: float = 1e-10
) -> NewtonFit:
    """Maximum likelihood by Newton's method with step halving, from `start` (k,) or zero.

    tolerance: largest last step, relative to 1 + |b|. Blocks of rows keep the work in the
    processor's cache; of many rows, every tenth tell where to start. Raises SingularDesignError
    when the information cannot be inverted at the start.
    """
    b = _near(x, y) if start is None else start.astype(np.float64)
    residual = np.empty(len(y))
    likelihood, gradient, information = _logistic_pass(x, y, b, residual)
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError as error:
        raise SingularDesignError("collinear columns") from error
    for _ in range(_MAX_ITERATIONS):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            break
        size = float(np.max(np.abs(step) / (1.0 + np.abs(b))))
        if not np.isfinite(size):
            break
        if size < tolerance:
            return NewtonFit(b + step, information, residual, likelihood, True)
        for _ in range(12):
            tried = _logistic_pass(x, y, b + step, residual)
            if tried[0] >= likelihood - 1e-9 * abs(likelihood):
                break
            step = step / 2.0
        b = b + step
        likelihood, gradient, information = tried
    return NewtonFit(b, information, residual, likelihood, False)


def _near(x: FloatArray, y: FloatArray) -> FloatArray:
    """Where to start: 0, or with many rows the estimate of every tenth."""
    none = np.zeros(x.shape[1])
    if len(y) < _MANY_ROWS:
        return none
    try:
        some = newton_logistic(np.ascontiguousarray(x[::10]), y[::10], none, 1e-3)
    except SingularDesignError:
        return none
    return some.coef if some.converged else none


def _logistic_pass(
    x: FloatArray, y: FloatArray, b: FloatArray, residual: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, gradient X'(y-p) and information X'WX at b; fills `residual`."""
    k = x.shape[1]
    likelihood, gradient, information = 0.0, np.zeros(k), np.zeros((k, k))
    for begin in range(0, len(y), _BLOCK):
        block, target = x[begin : begin + _BLOCK], y[begin : begin + _BLOCK]
        eta = block @ b
        small = np.exp(-np.abs(eta))
        p = np.where(eta >= 0, 1.0, small) / (1.0 + small)
        r = target - p
        residual[begin : begin + _BLOCK] = r
        likelihood += float(target @ eta - np.maximum(eta, 0.0).sum() - np.log(1.0 + small).sum())
        gradient += r @ block
        information += (block * (p * (1.0 - p))[:, None]).T @ block
    return likelihood, gradient, information


def influence(
    x: FloatArray, residual: FloatArray, bread: FloatArray, columns: list[int], clusters: Clusters
) -> FloatArray:
    """Per cluster, about how far each asked coefficient moves when the cluster is left out: (G,
    len(columns)).

    bread: I^-1. The robust covariance of these coefficients is the cross product of the columns
    times c.
    """
    return clusters.sums((x @ bread[:, columns]) * residual[:, None])


def small_sample_factor(n: int, k: int, clusters: int) -> float:
    """c = G/(G-1) (n-1)/(n-k). Raises ValueError with fewer than two clusters or n <= k."""
    if clusters < 2 or n <= k:
        raise ValueError("robust errors need two clusters and more rows than columns")
    return clusters / (clusters - 1) * (n - 1) / (n - k)


def _robust(
    x: FloatArray, residual: FloatArray, bread: FloatArray, clusters: Clusters
) -> FloatArray:
    moved = influence(x, residual, bread, list(range(x.shape[1])), clusters)
    factor = small_sample_factor(len(residual), x.shape[1], clusters.count)
    return np.asarray(moved.T @ moved * factor)


def _checked(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
    design, target = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if design.ndim != 2 or len(design) != len(target):
        raise ValueError("need X (n, k) and y (n)")
    if not np.isfinite(design).all() or not np.isfinite(target).all():
        raise ValueError("X and y must be finite; fill in missing values first")
    kept = independent_columns(design)
    if not kept:
        raise SingularDesignError("no column varies")
    return design[:, list(kept)], target, kept


def _binary(y: FloatArray) -> None:
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("y must be 0 or 1")


def fit_logistic(x: npt.ArrayLike, y: npt.ArrayLike, clusters: npt.ArrayLike | None = None) -> Fit:
    """Logistic regression of y (0/1) on X, robust to `clusters` (n identifiers) when given.

    Collinear columns are left out (`Fit.kept`). Under separation `converged` is False: use
    `fit_firth`. Raises ValueError for wrong shapes, non-finite numbers, y not 0/1.
    """
    design, target, kept = _checked(x, y)
    _binary(target)
    fit = newton_logistic(design, target)
    model: FloatArray = np.linalg.pinv(fit.information, hermitian=True).astype(np.float64)
    groups = None if clusters is None else Clusters.of(clusters)
    covariance = model if groups is None else _robust(design, fit.residual, model, groups)
    return Fit(
        fit.coef,
        covariance,
        model,
        fit.log_likelihood,
        kept,
        len(target),
        groups.count if groups else None,
        "logistic",
        fit.converged,
    )


def fit_ols(x: npt.ArrayLike, y: npt.ArrayLike, clusters: npt.ArrayLike | None = None) -> Fit:
    """Least squares of y on X: b = (X'X)^-1 X'y, model covariance s^2 (X'X)^-1 with s^2 =
    RSS/(n-k).

    Robust to `clusters` when given. Errors as `fit_logistic`.
    """
    design, target, kept = _checked(x, y)
    n, k = design.shape
    if n <= k:
        raise ValueError("need more rows than columns")
    bread: FloatArray = np.linalg.inv(design.T @ design).astype(np.float64)
    coef = bread @ (design.T @ target)
    residual = target - design @ coef
    model = bread * float(residual @ residual) / (n - k)
    groups = None if clusters is None else Clusters.of(clusters)
    covariance = model if groups is None else _robust(design, residual, bread, groups)
    return Fit(
        coef,
        covariance,
        model,
        float("nan"),
        kept,
        n,
        groups.count if groups else None,
        "ols",
        True,
    )
