"""What was known before treatment, as columns for the models.

Numbers: log(1 + x) where they are skewed counts or amounts, the mean where unknown, with a column
of its own that says so. Kinds: one column for each level but the commonest; levels of few rows
share one. The order of the covariates is the order in which they are given up when there are too
few rows for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.prove.engine.design import dummies, label_codes, pool_rare
from banso.prove.engine.regression import FloatArray

RARE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Covariate:
    """name; kind "number" (values (n,), NaN unknown) or "nominal" (n labels, None unknown)."""

    name: str
    kind: Literal["number", "nominal"]
    values: FloatArray | Sequence[str | None]

    def of(self, rows: npt.NDArray[np.bool_]) -> Covariate:
        """The same for some of the rows."""
        if isinstance(self.values, np.ndarray):
            return Covariate(self.name, self.kind, self.values[rows])
        some = [value for value, kept in zip(self.values, rows, strict=True) if kept]
        return Covariate(self.name, self.kind, some)


@dataclass(frozen=True, slots=True)
class Terms:
    """x (n, k) for the models, plain (n, k) the same columns as people read them, names (k), and

    belongs (k): which covariate each column comes from. constant: covariates that do not vary.
    """

    x: FloatArray
    plain: FloatArray
    names: tuple[str, ...]
    belongs: tuple[int, ...]
    constant: tuple[str, ...]

    def first(self, most: int) -> tuple[FloatArray, tuple[str, ...]]:
        """The columns of as many covariates, in order, as fit into `most` columns, and the names of

        the covariates left out.
        """
        kept: list[int] = []
        left_out: list[str] = []
        for covariate in dict.fromkeys(self.belongs):
            own = [j for j, owner in enumerate(self.belongs) if owner == covariate]
            if len(kept) + len(own) <= most:
                kept += own
            else:
                left_out.append(self.names[own[0]].split(" = ")[0])
        return self.x[:, kept], tuple(left_out)


def terms(covariates: Sequence[Covariate], n: int) -> Terms:
    """All columns. Raises ValueError when a covariate has not n values."""
    x: list[FloatArray] = []
    plain: list[FloatArray] = []
    names: list[str] = []
    belongs: list[int] = []
    constant: list[str] = []
    for place, covariate in enumerate(covariates):
        made = _numbers(covariate, n) if covariate.kind == "number" else _levels(covariate, n)
        for name, modelled, read in made:
            x.append(modelled)
            plain.append(read)
            names.append(name)
            belongs.append(place)
        if not made:
            constant.append(covariate.name)
    if not x:
        return Terms(np.zeros((n, 0)), np.zeros((n, 0)), (), (), tuple(constant))
    columns = np.column_stack(x), np.column_stack(plain)
    return Terms(*columns, tuple(names), tuple(belongs), tuple(constant))


def _numbers(covariate: Covariate, n: int) -> list[tuple[str, FloatArray, FloatArray]]:
    values = np.asarray(covariate.values, dtype=np.float64)
    if values.shape != (n,):
        raise ValueError(f"{covariate.name} needs {n} values")
    known = np.isfinite(values)
    made = []
    if known.any() and np.ptp(values[known]) > 0:
        mean = float(values[known].mean())
        filled = np.where(known, values, mean)
        skewed = values[known].min() >= 0 and values[known].std() > abs(mean)
        modelled = filled
        if skewed:
            logged = np.log1p(values, where=known, out=np.zeros(n))
            modelled = np.where(known, logged, float(logged[known].mean()))
        made.append((covariate.name, modelled, filled))
    if RARE_ROWS <= known.sum() <= n - RARE_ROWS:
        unknown = (~known).astype(np.float64)
        made.append((f"{covariate.name} = ?", unknown, unknown))
    return made


def _levels(covariate: Covariate, n: int) -> list[tuple[str, FloatArray, FloatArray]]:
    codes, labels = label_codes(pa.array(covariate.values, pa.string()))
    if len(codes) != n:
        raise ValueError(f"{covariate.name} needs {n} values")
    pooled = pool_rare(codes, len(labels), lambda rows: len(rows) >= RARE_ROWS)
    levels = pooled[codes]
    x = dummies(levels)
    reference = int(np.bincount(levels).argmax())
    shown = [c for c in range(int(levels.max(initial=0)) + 1) if c != reference]
    return [
        (f"{covariate.name} = {_joined(labels, pooled, code)}", x[:, j], x[:, j])
        for j, code in enumerate(shown)
    ]


def _joined(
    labels: list[str], pooled: np.ndarray[tuple[int], np.dtype[np.int64]], code: int
) -> str:
    some = [labels[i] or "?" for i in np.flatnonzero(pooled == code)]
    return some[0] if len(some) == 1 else f"{some[0]} + {len(some) - 1}"
