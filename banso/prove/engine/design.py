"""The decision rows and the terms every KPI's model shares: contract, tenure, calendar.

One row per renewal decision (METHODS 1.3). The shared terms are built once and fitted once; each
KPI's model starts from that fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa

from banso.prove.engine.regression import (
    Clusters,
    FloatArray,
    IntArray,
    SingularDesignError,
    independent_columns,
    newton_logistic,
    only,
)

COLUMNS = ("account", "decided_on", "not_renewed", "tenure_days", "contract")
RARE = 5
EVENTS_PER_TERM = 5
Replaced = Literal["contract", "tenure"] | None


@dataclass(frozen=True)
class Nuisance:
    """The shared columns (n, k) with the intercept first, the coefficients of the model with them
    alone,

    and which terms had to be left out because there are too few events for them.
    """

    x: FloatArray
    start: FloatArray
    left_out: tuple[str, ...]

    @cached_property
    def gram_inverse(self) -> FloatArray:
        return np.asarray(np.linalg.inv(self.x.T @ self.x))

    @cached_property
    def _fitted(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """p (n,) of the model, its columns times p(1-p), and its information."""
        p = 1.0 / (1.0 + np.exp(-(self.x @ self.start)))
        weighted = self.x * (p * (1.0 - p))[:, None]
        return p, weighted, np.asarray(weighted.T @ self.x)

    def explained(self, z: FloatArray) -> float:
        """R2 of a column z (n) on the shared columns, 0..1; 1 when z does not vary."""
        centred = z - z.mean()
        total = float(centred @ centred)
        if total <= 1e-12 * len(z):
            return 1.0
        projection = self.x.T @ centred
        return min(1.0, max(0.0, float(projection @ self.gram_inverse @ projection) / total))

    def score_z(self, z: FloatArray, y: FloatArray, clusters: Clusters) -> float:
        """Signed root of the cluster-robust score test that a column z (n) adds nothing.

        U = sum e_i (y_i - p_i), V = G/(G-1) sum_g (sum_{i in g} e_i (y_i - p_i))^2, e the residual
        of z on the shared columns with weights p(1-p), p of the model with them alone. Unlike
        Wald's test it does not weaken where z separates the outcome (Hauck & Donner 1977).
        Boos 1992, The American Statistician 46:327.
        """
        p, weighted, information = self._fitted
        e = z - self.x @ np.linalg.solve(information, weighted.T @ z)
        u = clusters.sums((e * (y - p))[:, None])[:, 0]
        v = float(u @ u) * clusters.count / (clusters.count - 1)
        return float(u.sum()) / math.sqrt(v) if v > 0 else 0.0


@dataclass(frozen=True)
class Decisions:
    """Decision rows up to the data cut. All arrays have shape (n,).

    rows: positions in the table that were kept; y 1 = not renewed; account_ids: the account of each
    cluster code.
    """

    rows: IntArray
    y: FloatArray
    day: IntArray
    clusters: Clusters
    account_ids: IntArray
    contract: IntArray
    log_tenure: FloatArray
    tenure_known: FloatArray
    half_year: IntArray
    excluded_after_cut: int

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def events(self) -> int:
        return int(self.y.sum())

    @cached_property
    def rows_per_account(self) -> float:
        """Sum m^2 / sum m over accounts with m rows: the largest design effect repeated rows can
        have.
        """
        size = np.bincount(self.clusters.codes, minlength=self.clusters.count)
        return float(np.sum(size * size) / max(1, size.sum()))


def some_decisions(d: Decisions, rows: slice) -> Decisions:
    """A run of the decisions as decisions of their own; `rows` then counts from its start."""
    codes = d.clusters.codes[rows]
    there = np.bincount(codes, minlength=d.clusters.count) > 0
    place = np.cumsum(there) - 1
    return Decisions(
        rows=np.arange(len(codes)), y=d.y[rows], day=d.day[rows],
        clusters=Clusters(place[codes], int(there.sum())), account_ids=d.account_ids[there],
        contract=d.contract[rows], log_tenure=d.log_tenure[rows],
        tenure_known=d.tenure_known[rows], half_year=d.half_year[rows], excluded_after_cut=0,
    )  # fmt: skip


def read_decisions(table: pa.Table, data_cut: date) -> Decisions:
    """Rows of `table` decided on or before data_cut.

    Raises ValueError for missing columns, or nulls in account, decided_on or not_renewed.
    """
    absent = [name for name in COLUMNS if name not in table.column_names]
    if absent:
        raise ValueError(f"decisions lack the columns {', '.join(absent)}")
    for name in ("account", "decided_on", "not_renewed"):
        if table.column(name).null_count:
            raise ValueError(f"decisions have nulls in {name}")
    day = _days(table.column("decided_on"))
    rows = np.flatnonzero(day <= (data_cut - date(1970, 1, 1)).days)
    account = _numpy(table.column("account").cast(pa.int64())).astype(np.int64)[rows]
    ids, codes = np.unique(account, return_inverse=True)
    tenure = _numpy(table.column("tenure_days").cast(pa.float64())).astype(np.float64)[rows]
    known = np.isfinite(tenure)
    typical = float(np.median(tenure[known])) if known.any() else 1.0
    day = day[rows]
    return Decisions(
        rows=rows,
        y=_numpy(table.column("not_renewed").cast(pa.bool_())).astype(np.float64)[rows],
        day=day,
        clusters=Clusters(codes.reshape(-1).astype(np.int64), len(ids)),
        account_ids=ids,
        contract=label_codes(table.column("contract"))[0][rows],
        log_tenure=np.log(np.maximum(np.where(known, tenure, typical), 1.0)),
        tenure_known=known.astype(np.float64),
        half_year=_half_years(day),
        excluded_after_cut=table.num_rows - len(rows),
    )


def _numpy(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _days(column: pa.ChunkedArray) -> IntArray:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32(), safe=False)
    if pa.types.is_date64(column.type):
        column = column.cast(pa.date32())
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    return _numpy(column.cast(pa.int64())).astype(np.int64)


def _half_years(day: IntArray) -> IntArray:
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months // 6)


def label_codes(values: pa.ChunkedArray | pa.Array) -> tuple[IntArray, list[str]]:
    """Codes 0..k-1 into the sorted labels as text; null becomes the label ""."""
    text = values.cast(pa.string()).fill_null("")
    flat = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    encoded = flat.dictionary_encode()
    labels = encoded.dictionary.to_pylist()
    order = sorted(range(len(labels)), key=lambda i: labels[i])
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    return rank[codes], [labels[i] for i in order]


def pool_rare(codes: IntArray, count: int, enough: Callable[[IntArray], bool]) -> IntArray:
    """New code per level (count,): levels whose rows do not satisfy `enough` share one code.

    If that pool is still not enough it joins the largest level. Codes are 0.. without gaps.
    """
    members = [np.flatnonzero(codes == level) for level in range(count)]
    rare = [i for i, rows in enumerate(members) if not enough(rows)]
    target = list(range(count))
    if rare:
        home = rare[0]
        if not enough(np.concatenate([members[i] for i in rare])):
            home = max(range(count), key=lambda i: (i not in rare, len(members[i])))
        for i in rare:
            target[i] = home
    return np.unique(np.asarray(target), return_inverse=True)[1].astype(np.int64)


def pool_neighbours(codes: IntArray, enough: Callable[[IntArray], bool]) -> IntArray:
    """Codes per row after each run of levels, in order, is joined until it is enough; a short rest
    joins the last.
    """
    pooled = np.zeros(len(codes), dtype=np.int64)
    current, waiting = 0, np.zeros(0, dtype=np.int64)
    for level in np.unique(codes):
        waiting = np.concatenate((waiting, np.flatnonzero(codes == level)))
        pooled[waiting] = current
        if enough(waiting):
            current, waiting = current + 1, np.zeros(0, dtype=np.int64)
    if len(waiting) and current:
        pooled[waiting] = current - 1
    return pooled


def dummies(codes: IntArray, reference: int | None = None) -> FloatArray:
    """0/1 columns for every level but the reference (default: the commonest), shape (n, levels -
    1).
    """
    size = np.bincount(codes)
    left = int(size.argmax()) if reference is None else reference
    columns = [codes == level for level in range(len(size)) if level != left]
    return np.column_stack(columns).astype(np.float64) if columns else np.zeros((len(codes), 0))


def build_nuisance(d: Decisions, replaced: Replaced = None) -> Nuisance | None:
    """a + contract + ln(tenure) + contract x ln(tenure) + half-year, without what `replaced` names.

    Levels with fewer than 5 renewals or 5 non-renewals are pooled (contracts together, half-years
    with their neighbour). When there are fewer than 5 events per term, the interaction goes first,
    then the calendar, then contract and tenure. None when not even the intercept can be fitted (all
    or none renewed).
    """
    if not 0 < d.events < d.n:
        return None
    terms = _terms(d, replaced)
    fewer = min(d.events, d.n - d.events)
    order = ["interaction", "calendar", "tenure", "contract"]
    left_out: list[str] = []
    while True:
        columns = [x for name, x in terms.items() if name not in left_out and x.shape[1]]
        x = np.column_stack([np.ones(d.n), *columns])
        x = only(x, independent_columns(x))
        affordable = x.shape[1] == 1 or fewer >= EVENTS_PER_TERM * (x.shape[1] - 1)
        if affordable:
            try:
                fit = newton_logistic(x, d.y)
            except SingularDesignError:
                fit = None
            if fit is not None and fit.converged:
                return Nuisance(x, fit.coef, tuple(left_out))
        if not order:
            return None
        name = order.pop(0)
        if terms[name].shape[1]:
            left_out.append(name)


def _terms(d: Decisions, replaced: Replaced) -> dict[str, FloatArray]:
    def enough(rows: IntArray) -> bool:
        events = int(d.y[rows].sum())
        return min(events, len(rows) - events) >= RARE

    none = np.zeros((d.n, 0))
    codes = pool_rare(d.contract, int(d.contract.max()) + 1, enough)[d.contract]
    contract = none if replaced == "contract" else dummies(codes)
    spread = float(d.log_tenure.std())
    tenure = none
    if replaced != "tenure" and spread > 1e-9:
        tenure = ((d.log_tenure - d.log_tenure.mean()) / spread)[:, None]
        if enough(np.flatnonzero(d.tenure_known == 0)):
            tenure = np.column_stack((tenure, 1.0 - d.tenure_known))
    calendar = dummies(pool_neighbours(d.half_year, enough))
    interaction = contract * tenure[:, :1] if contract.shape[1] and tenure.shape[1] else none
    return {
        "contract": contract,
        "tenure": tenure,
        "calendar": calendar,
        "interaction": interaction,
    }
