"""A KPI's values turned into columns of the model, and into the groups a manager can read.

A missing value is the median with an indicator beside it (Cohen & Cohen 1975, Applied Multiple
Regression, ch. 7). The unadjusted AUC is Mann and Whitney's share of pairs, ties counting half
(Hanley & McNeil 1982, Radiology 143:29-36).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.design import RARE, Decisions, dummies, label_codes, pool_rare
from banso.prove.engine.findings import Feature, Group
from banso.prove.engine.proportions import difference, rate
from banso.prove.engine.regression import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]
_SKEWED = 1.0
_HUGE = 1e80
_LEVELS_SHOWN = 10
_MANY, _STEPS, _STEPS_BETWEEN = 20_000, 65_535, 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """A KPI ready for the model.

    x (n, m): first the `tested` columns, then a missing indicator where enough is missing to fit
    one. observed (n,): where the KPI is known. values (n,): numbers as given, NaN = missing; level
    codes for nominal. labels: of the pooled levels of a nominal KPI, code by code; reference: code
    of the largest. sparse: a cell with fewer than 5 rows, so that Firth's method is due.
    """

    x: FloatArray
    tested: int
    observed: BoolArray
    values: FloatArray
    sd: float | None = None
    transform: Literal["log1p"] | None = None
    sparse: bool = False
    labels: tuple[str, ...] = ()
    reference: int = 0


def read_column(feature: Feature, values: Any, d: Decisions, table_rows: int) -> Column:
    """Column of `values` (the landmark's or the late ones of `feature`).

    number: log1p when skewed (> 1) and not negative; then, like flags and ordered scores, centred
    and divided by its SD; missing = median plus indicator. nominal: 0/1 per level but the largest,
    levels with < 5 events pooled. Raises ValueError for a wrong length, a flag not 0/1, or an
    ordered score that is no integer.
    """
    if len(values) != table_rows:
        raise ValueError(f"{feature.key}: {len(values)} values for {table_rows} decisions")
    if feature.kind == "nominal":
        return _nominal(values, d)
    raw = _numbers(values)
    if d.n < table_rows:
        raw = raw[d.rows]
    observed = np.isfinite(raw)
    known = raw if observed.all() else raw[observed]
    if feature.kind == "flag" and not np.isin(known, (0.0, 1.0)).all():
        raise ValueError(f"{feature.key}: a flag must be 0 or 1")
    if feature.kind == "ordered" and not np.array_equal(known, np.rint(known)):
        raise ValueError(f"{feature.key}: ordered scores must be integers")
    transform: Literal["log1p"] | None = None
    largest = float(np.abs(known).max(initial=0.0))
    unit = largest if largest > _HUGE else 1.0
    if unit != 1.0:
        known = known / unit
    if feature.kind == "number" and len(known) and known.min() >= 0 and _skew(known) > _SKEWED:
        known, transform, unit = np.log1p(known * unit), "log1p", 1.0
    sd = float(known.std()) if len(known) else 0.0
    z = np.zeros(d.n)
    if sd > 1e-12 * (1.0 + float(np.abs(known).max(initial=0.0))):
        scaled = (known - known.mean()) / sd
        if len(scaled) < d.n:
            z[observed] = scaled
            z[~observed] = np.median(scaled)
        else:
            z = scaled
    else:
        sd = 0.0
    sparse = feature.kind == "flag" and _fewest_in_cell(raw, observed, d.y) < RARE
    return Column(
        with_missing(z[:, None], observed, d), 1, observed, raw, sd * unit, transform, sparse
    )


def _numbers(values: Any) -> FloatArray:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        values = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)


def _skew(values: FloatArray) -> float:
    centred = values - values.mean()
    squares = centred * centred
    variance = float(squares.mean())
    return float((squares * centred).mean()) / variance**1.5 if variance > 0 else 0.0


def _fewest_in_cell(raw: FloatArray, observed: BoolArray, y: FloatArray) -> int:
    cell = (2 * raw[observed] + y[observed]).astype(np.int64)
    return int(np.bincount(cell, minlength=4).min())


def with_missing(x: FloatArray, observed: BoolArray, d: Decisions) -> FloatArray:
    """x (n, m) and an indicator of missing values, where enough is missing to fit one."""
    lost = d.y[~observed]
    events = int(lost.sum())
    if min(events, len(lost) - events) < RARE:
        return x
    return np.column_stack((x, (~observed).astype(np.float64)))


def _nominal(values: Any, d: Decisions) -> Column:
    arrow = (
        values
        if isinstance(values, pa.Array | pa.ChunkedArray)
        else pa.array(values, from_pandas=True)
    )
    observed = np.asarray(arrow.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)[d.rows]
    codes, names = label_codes(arrow)
    codes = codes[d.rows]
    known = np.flatnonzero(observed)
    if not len(known):
        return Column(np.zeros((d.n, 0)), 0, observed, np.full(d.n, np.nan))
    present, local = np.unique(codes[known], return_inverse=True)
    y = d.y[known]
    target = pool_rare(local, len(present), lambda rows: int(y[rows].sum()) >= RARE)
    pooled = target[local]
    labels = tuple(
        " / ".join(names[present[i]] for i in np.flatnonzero(target == code))
        for code in range(int(target.max()) + 1)
    )
    reference = int(np.bincount(pooled).argmax())
    level = np.full(d.n, reference, dtype=np.int64)
    level[known] = pooled
    x = dummies(level, reference)
    values_out = np.full(d.n, np.nan)
    values_out[known] = pooled
    cells = np.bincount(2 * pooled + y.astype(np.int64), minlength=2 * len(labels))
    return Column(
        with_missing(x, observed, d),
        x.shape[1],
        observed,
        values_out,
        sparse=bool(cells.min() < RARE),
        labels=labels,
        reference=reference,
    )


@dataclass(frozen=True, slots=True)
class Contrast:
    """Groups to read, the difference of the last and the first, and the KPI's unadjusted AUC for
    non-renewal.
    """

    groups: tuple[Group, ...]
    difference: Answer | NoAnswer | None
    auc: float | None


def contrast(feature: Feature, column: Column, y: FloatArray, confidence: float) -> Contrast:
    """Renewal by thirds (number), or by level. AUC counts ties half; None for nominal or one
    outcome only.
    """
    values, events = column.values, y
    if not column.observed.all():
        values, events = values[column.observed], y[column.observed]
    if feature.kind == "nominal":
        return Contrast(
            _by_level(values.astype(np.int64), events, column.labels, confidence), None, None
        )
    if feature.kind == "number":
        groups = _thirds(values, events, confidence)
        return Contrast(groups, _apart(groups, confidence), _auc_of(values, events, groups))
    order = np.argsort(values)
    values, events = values[order], events[order]
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    lost = np.add.reduceat(events, starts)
    size = np.diff(np.concatenate((starts, [len(values)])))
    if len(starts) > _LEVELS_SHOWN:
        groups = _thirds(values, events, confidence)
    else:
        ends = values[starts]
        groups = tuple(
            _group(
                f"{ends[i]:g}",
                float(ends[i]),
                float(ends[i]),
                int(size[i]),
                int(lost[i]),
                confidence,
            )
            for i in range(len(starts))
        )
    return Contrast(groups, _apart(groups, confidence), _auc(lost, size))


def _apart(groups: tuple[Group, ...], confidence: float) -> Answer | NoAnswer | None:
    """Renewal of the last group less that of the first."""
    first, last = groups[0], groups[-1]
    if len(groups) < 2:
        return None
    return difference(last.n - last.events, last.n, first.n - first.events, first.n, confidence)


def _auc_of(values: FloatArray, events: FloatArray, groups: tuple[Group, ...]) -> float | None:
    """AUC; of many rows with values in 65,536 steps, unless the middle third fills but few of them
    (then, as of few rows, by sorting).
    """
    low, high = float(values.min()), float(values.max())
    ends = groups[0].high, groups[-1].low
    if len(values) > _MANY and None not in ends and high > low:
        step = (high - low) / _STEPS
        if (ends[1] or 0.0) - (ends[0] or 0.0) > _STEPS_BETWEEN * step:
            place = ((values - low) / step).astype(np.int64)
            size = np.bincount(place, minlength=_STEPS + 1).astype(np.int64)
            lost = np.asarray(np.bincount(place, events, _STEPS + 1), dtype=np.float64)
            return _auc(lost, size)
    order = np.argsort(values)
    values, events = values[order], events[order]
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    size = np.diff(np.concatenate((starts, [len(values)])))
    return _auc(np.add.reduceat(events, starts), size)


def _auc(lost: FloatArray, size: IntArray) -> float | None:
    kept = size - lost
    m, k = float(lost.sum()), float(kept.sum())
    if not m or not k:
        return None
    return float(lost @ (np.cumsum(kept) - kept / 2)) / (m * k)


def _thirds(values: FloatArray, events: FloatArray, confidence: float) -> tuple[Group, ...]:
    """Lowest and highest third of the values; ties stay together, so a common value makes a group
    larger.
    """
    n = len(values)
    third = -(-n // 3)
    placed = np.partition(values, (third - 1, n - third))
    low_end, high_start = placed[third - 1], placed[n - third]
    if low_end < high_start:
        sides = values <= low_end, values >= high_start
    elif placed[n - third :].max() > low_end:  # one value fills the middle: split beside it
        sides = values <= low_end, values > low_end
    else:
        sides = values < low_end, values >= low_end
    groups = []
    for label, side in zip(("lowest", "highest"), sides, strict=True):
        inside = values[side]
        if len(inside):
            low, high, lost = float(inside.min()), float(inside.max()), int(events[side].sum())
            groups.append(_group(label, low, high, len(inside), lost, confidence))
    return tuple(groups)


def _by_level(
    codes: IntArray, events: FloatArray, labels: tuple[str, ...], confidence: float
) -> tuple[Group, ...]:
    size = np.bincount(codes, minlength=len(labels))
    lost = np.bincount(codes, weights=events, minlength=len(labels))
    return tuple(
        _group(label, None, None, int(size[i]), int(lost[i]), confidence)
        for i, label in enumerate(labels)
    )


def _group(
    label: str, low: float | None, high: float | None, n: int, events: int, confidence: float
) -> Group:
    return Group(label, low, high, n, events, rate(n - events, n, confidence))
