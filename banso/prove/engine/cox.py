"""Cox proportional hazards: which customers leave sooner, all else of the model held.

Letters: row i is at risk in (entry_i, stop_i], x_i (k) its columns, b (k) log hazard ratios per
unit, w_i = exp(x_i b). At an event time with d events, l = 0..d-1 and f_l = l/d (Efron) or 0
(Breslow): phi_l = sum of w over the risk set - f_l sum of w over the events, E_l = the same sums of
w x, over phi_l. Log-likelihood: sum over events of x_i b - sum over l of ln phi_l.
References: Cox 1972; Efron 1977; Breslow 1974; late entry and start-stop rows: Therneau & Grambsch
2000 section 3.7; robust errors: Lin & Wei 1989.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.normal import two_sided_p, two_sided_z
from banso.prove.engine.regression import (
    Clusters,
    FloatArray,
    IntArray,
    SingularDesignError,
    independent_columns,
)

MINIMUM_EVENTS = 20
EVENTS_PER_COLUMN = 10
_MAX_ITERATIONS = 25
_TOLERANCE = 1e-9
_RUNAWAY = 12.0


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A fitted model.

    coef (k,): log hazard ratio per unit of each kept column; covariance (k, k): robust when
    clusters were given, else model_covariance. kept: indices of the columns used (constant and
    collinear ones are left out), coef is in that order. log_likelihood at coef, null_log_likelihood
    at 0. n rows, events, clusters. converged False: a column tells events and others wholly apart
    (its estimate runs away) and nothing may be shown.
    """

    coef: FloatArray
    covariance: FloatArray
    model_covariance: FloatArray
    log_likelihood: float
    null_log_likelihood: float
    kept: tuple[int, ...]
    n: int
    events: int
    clusters: int | None
    converged: bool
    ties: str

    @property
    def se(self) -> FloatArray:
        """Standard errors (k,): square roots of the diagonal of `covariance`."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)


def fit_cox(
    x: npt.ArrayLike,
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    *,
    clusters: npt.ArrayLike | None = None,
    ties: Literal["efron", "breslow"] = "efron",
) -> CoxFit:
    """The model by Newton's method with step halving.

    x: (n, k) numbers, no intercept; duration, event, entry: (n,), one unit of time for all.
    `entry` (late entry): the row was not seen before it. A column that changes with time: several
    rows of one customer, each with its entry, its duration (= its stop) and event only on the last;
    give the customer as its cluster. clusters: (n,) identifiers; the covariance is then
    I^-1 (sum over clusters of s_g s_g') I^-1, s_g the summed score residuals.
    Raises ValueError for wrong shapes, numbers that are not finite, an entry not before its
    duration, no events; SingularDesignError when no column varies.
    """
    design, risk = _checked(x, duration, event, entry, ties)
    centre = design.mean(axis=0)
    centred = design - centre
    kept = independent_columns(centred)
    if not kept:
        raise SingularDesignError("no column varies")
    centred = centred[:, list(kept)]
    scale = centred.std(axis=0)
    problem = _Problem.of(centred / scale, risk)
    found = _newton(problem)
    model = np.linalg.pinv(found.information, hermitian=True).astype(np.float64)
    covariance, count = model, None
    if clusters is not None:
        groups = Clusters.of(clusters)
        if len(groups.codes) != len(design):
            raise ValueError("need one cluster per row")
        moved = _score_residuals(problem, found.b) @ model
        summed = Clusters(groups.codes[risk.used], groups.count).sums(moved)
        covariance, count = summed.T @ summed, groups.count
    unit = np.outer(scale, scale)
    return CoxFit(
        coef=found.b / scale,
        covariance=covariance / unit,
        model_covariance=model / unit,
        log_likelihood=found.likelihood,
        null_log_likelihood=found.null,
        kept=kept,
        n=len(design),
        events=len(risk.time_of_event),
        clusters=count,
        converged=found.converged,
        ties=ties,
    )


def hazard_ratio(
    fit: CoxFit, column: int, *, unit: float = 1.0, confidence: float = 0.95
) -> Answer | NoAnswer:
    """exp(b unit) of one column (its index in x) with Wald's interval; above 1 = leaves sooner.

    Association, all other columns held; never an effect by itself. NoAnswer: "collinear" (left
    out), "separated" (not converged), "too_few_events" (fewer than 20, or than 10 per column).
    """
    needed = max(MINIMUM_EVENTS, EVENTS_PER_COLUMN * len(fit.kept))
    if fit.events < needed:
        return NoAnswer("too_few_events", {"events": fit.events, "events_needed": needed})
    if column not in fit.kept:
        return NoAnswer("collinear", {"column": column})
    place = fit.kept.index(column)
    se = float(fit.se[place]) * abs(unit)
    b = float(fit.coef[place]) * unit
    if not fit.converged or not math.isfinite(se) or se == 0 or abs(b) > 700:
        return NoAnswer("separated", {"column": column})
    half = two_sided_z(confidence) * se
    return Answer(
        value=math.exp(b),
        low=math.exp(b - half),
        high=math.exp(min(b + half, 700.0)),
        n=fit.n,
        events=fit.events,
        scale="hazard_ratio",
        method=f"cox_{fit.ties}",
        accounts=fit.clusters,
        confidence=confidence,
        se=se,
        p=two_sided_p(b / se),
        checks=(Check("events_per_column", fit.events / len(fit.kept), EVENTS_PER_COLUMN, True),),
    )


@dataclass(frozen=True, slots=True)
class _Risk:
    """Who is at risk when: rows in use, between which event times each is at risk, and the ties.

    Row r of `used` is at risk at the event times entered[r] <= j < left[r] (places among the
    distinct ones). Events are sorted by time: row_of_event among the used rows, time_of_event,
    fraction f_l.
    """

    used: IntArray
    entered: IntArray
    left: IntArray
    times: int
    row_of_event: IntArray
    time_of_event: IntArray
    fraction: FloatArray


def _checked(
    x: npt.ArrayLike,
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    entry: npt.ArrayLike | None,
    ties: str,
) -> tuple[FloatArray, _Risk]:
    design = np.asarray(x, dtype=np.float64)
    stop, hit = np.asarray(duration, dtype=np.float64), np.asarray(event).astype(bool)
    late = entry is not None
    start = np.asarray(entry, dtype=np.float64) if late else np.full(len(stop), -np.inf)
    if design.ndim != 2 or not len(design) == len(stop) == len(hit) == len(start):
        raise ValueError("need x (n, k) and equally long duration, event and entry")
    if not np.isfinite(design).all() or not np.isfinite(stop).all() or np.isnan(start).any():
        raise ValueError("x and times must be finite; fill in missing values first")
    if (start >= stop).any():
        raise ValueError("every row needs entry < duration")
    if not hit.any():
        raise ValueError("no events")
    if ties not in ("efron", "breslow"):
        raise ValueError("ties are efron or breslow")
    return design, _risk(stop, hit, start, efron=ties == "efron")


def _risk(stop: FloatArray, hit: npt.NDArray[np.bool_], start: FloatArray, *, efron: bool) -> _Risk:
    """Rows by when they leave; those at risk at no event time say nothing and are left out."""
    times = np.unique(stop[hit])
    left = np.searchsorted(times, stop, side="right")
    entered = np.searchsorted(times, start, side="right")
    used = np.flatnonzero(left > entered)
    used = used[np.argsort(left[used], kind="stable")]
    row_of_event = np.flatnonzero(hit[used])
    time_of_event = left[used][row_of_event] - 1
    deaths = np.bincount(time_of_event, minlength=len(times))
    nth = np.arange(len(time_of_event)) - np.repeat(np.cumsum(deaths) - deaths, deaths)
    fraction = nth / deaths[time_of_event] if efron else np.zeros(len(nth))
    return _Risk(used, entered[used], left[used], len(times), row_of_event, time_of_event, fraction)


@dataclass(frozen=True, slots=True)
class _Problem:
    """The design of the used rows, by when they leave, and where the sums of each time begin."""

    x: FloatArray
    risk: _Risk
    by_entry: IntArray | None

    @classmethod
    def of(cls, x: FloatArray, risk: _Risk) -> _Problem:
        by_entry = np.argsort(risk.entered, kind="stable") if risk.entered.any() else None
        return cls(np.ascontiguousarray(x[risk.used]), risk, by_entry)

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Sums of rows of values (n, m) over the risk set of each event time: (times, m)."""
        total = self._after(values, self.risk.left - 1)
        if self.by_entry is not None:
            waiting = self.risk.entered[self.by_entry]
            late = int(np.searchsorted(waiting, 1))
            total = total - self._after(values[self.by_entry[late:]], waiting[late:] - 1)
        return total

    def _after(self, values: FloatArray, place: IntArray) -> FloatArray:
        """Sums of the rows whose place (rising) is at or after each event time."""
        begins = np.flatnonzero(np.diff(place, prepend=-1))
        sums = np.zeros((self.risk.times, values.shape[1]))
        if len(begins):
            sums[place[begins]] = np.add.reduceat(values, begins, axis=0)
        return np.asarray(np.cumsum(sums[::-1], axis=0)[::-1])

    def of_events(self, values: FloatArray) -> FloatArray:
        """Sums of rows of values over the events of each event time: (times, m)."""
        begins = np.flatnonzero(np.diff(self.risk.time_of_event, prepend=-1))
        return np.asarray(np.add.reduceat(values[self.risk.row_of_event], begins, axis=0))


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one look at the data gives: w (n, 1), phi and E per event, and the row's share of them.

    exposed (n,): sum of 1/phi over the time at risk, for an event less f_l/phi_l at its own time.
    """

    likelihood: float
    gradient: FloatArray
    information: FloatArray
    weight: FloatArray
    phi: FloatArray
    mean: FloatArray
    exposed: FloatArray


def _pass(problem: _Problem, b: FloatArray) -> _Pass:
    risk, x = problem.risk, problem.x
    eta = x @ b
    shift = float(eta.max())
    weight = np.exp(eta - shift)
    sums = np.column_stack((weight, x * weight[:, None]))
    at, share = risk.time_of_event, risk.fraction[:, None]
    whole = problem.at_risk(sums)[at] - share * problem.of_events(sums)[at]
    phi = whole[:, 0]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = whole[:, 1:] / phi[:, None]
        exposed = _over_time(problem, 1.0 / phi[:, None])[:, 0]
    events = x[risk.row_of_event]
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = float((eta[risk.row_of_event] - shift - np.log(phi)).sum())
    information = (x * (weight * exposed)[:, None]).T @ x - mean.T @ mean
    gradient = events.sum(axis=0) - mean.sum(axis=0)
    return _Pass(likelihood, gradient, information, weight, phi, mean, exposed)


def _over_time(problem: _Problem, values: FloatArray) -> FloatArray:
    """Per row, the sum of values (events, m) over the events while at risk: (n, m).

    An event's own time counts it with 1 - f_l.
    """
    risk = problem.risk
    begins = np.flatnonzero(np.diff(risk.time_of_event, prepend=-1))
    summed = np.cumsum(np.add.reduceat(values, begins, axis=0), axis=0)
    summed = np.vstack((np.zeros((1, values.shape[1])), summed))
    total = summed[risk.left] - summed[risk.entered]
    own = np.add.reduceat(values * risk.fraction[:, None], begins, axis=0)
    total[risk.row_of_event] -= own[risk.time_of_event]
    return np.asarray(total)


@dataclass(frozen=True, slots=True)
class _Found:
    b: FloatArray
    information: FloatArray
    likelihood: float
    null: float
    converged: bool


def _newton(problem: _Problem) -> _Found:
    b = np.zeros(problem.x.shape[1])
    now = _pass(problem, b)
    null = now.likelihood
    for _ in range(_MAX_ITERATIONS):
        try:
            step = np.linalg.solve(now.information, now.gradient)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all():
            break
        if float(np.max(np.abs(step) / (1.0 + np.abs(b)))) < _TOLERANCE:
            sane = bool(np.abs(b).max() < _RUNAWAY)
            return _Found(b, now.information, now.likelihood, null, sane)
        for _ in range(12):
            tried = _pass(problem, b + step)
            if tried.likelihood >= now.likelihood - 1e-9 * abs(now.likelihood):
                break
            step = step / 2.0
        b, now = b + step, tried
    return _Found(b, now.information, now.likelihood, null, False)


def _score_residuals(problem: _Problem, b: FloatArray) -> FloatArray:
    """Each used row's part of the score: what it adds at its event less what it was expected to."""
    risk, now = problem.risk, _pass(problem, b)
    begins = np.flatnonzero(np.diff(risk.time_of_event, prepend=-1))
    deaths = np.diff(np.append(begins, len(risk.time_of_event)))
    mean = np.add.reduceat(now.mean, begins, axis=0) / deaths[:, None]
    expected = problem.x * now.exposed[:, None] - _over_time(problem, now.mean / now.phi[:, None])
    score = -now.weight[:, None] * expected
    score[risk.row_of_event] += problem.x[risk.row_of_event] - mean[risk.time_of_event]
    return np.asarray(score)
