"""A company whose causes are known, drawn anew from a seed, for benchmarks/honesty.py.

Metrics are drawn at the landmark of each renewal; chance decides by the drivers, by size, industry
and contract, and by nothing else. What every metric is stands in TRUTH.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.prove.engine.association import Feature
from banso.prove.engine.covariates import Covariate
from banso.prove.engine.regression import Clusters

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DATA_CUT = date(2024, 12, 31)
LAST_DAY = (DATA_CUT - date(1970, 1, 1)).days
YEARS = 3
DRIVERS = {"reports": -0.6, "users": -0.45, "training": -0.4, "troubles": 0.4}
PROXIES = ("logins", "pages", "seats")
NOISE = tuple(f"noise_{i}" for i in range(12))
LEAK, RENAMED = "exports", "closing_steps"
FAMILY_OF_A_DRIVER = (*DRIVERS, "logins")


@dataclass(frozen=True)
class Company:
    """Renewal decisions, metrics and attributes, as the pages hand them to the engine."""

    decisions: pa.Table
    metrics: list[Feature]
    attributes: list[Feature]


def company(accounts: int, rng: np.random.Generator, *, causes: bool = True) -> Company:
    """Up to three yearly renewals of each; causes False: nothing goes with renewal at all."""
    traits = rng.normal(size=(5, accounts))
    size = rng.normal(size=accounts)
    industry = rng.choice(["trade", "care", "industry"], accounts, p=[0.5, 0.3, 0.2])
    long = rng.random(accounts) < 0.3
    age = rng.exponential(600, accounts) + 275
    first = rng.integers(0, 365, accounts)
    alive = np.ones(accounts, dtype=np.bool_)
    rows = []
    for year in range(YEARS):
        now = _metrics(traits, size, rng)
        risk = -2.0 - 0.3 * long - 0.2 * np.log((age + 365 * year) / 600)
        if causes:
            risk = risk + 0.45 * size + 0.4 * (industry == "care")
            risk = risk + sum(b * now.hidden[name] for name, b in DRIVERS.items())
        lost = rng.random(accounts) < _share(risk)
        rows.append((np.flatnonzero(alive), lost, now.values, year))
        alive &= ~lost
    who = np.concatenate([ids for ids, *_ in rows])
    lost = np.concatenate([gone[ids] for ids, gone, *_ in rows])
    years = np.concatenate([np.full(len(ids), y) for ids, _, _, y in rows])
    table = pa.table(
        {
            "account": who,
            "decided_on": pa.array(
                (LAST_DAY - 365 * (YEARS - years) + first[who]).astype(np.int32), pa.int32()
            ).cast(pa.date32()),
            "not_renewed": lost,
            "tenure_days": age[who] + 365 * years,
            "contract": np.where(long[who], "multi-year", "annual"),
        }
    )
    values = {key: np.concatenate([now[key][ids] for ids, _, now, _ in rows]) for key in rows[0][2]}
    features = [_feature(key, value, lost, rng) for key, value in values.items()]
    features += [_leak(lost, rng), _renamed(lost, rng)]
    attributes = [
        Feature("employees", "number", np.exp(size[who])),
        Feature("industry", "nominal", industry[who]),
    ]
    return Company(table, features, attributes)


@dataclass(frozen=True)
class _Now:
    values: dict[str, Floats]
    hidden: Mapping[str, Floats]


def _metrics(traits: Floats, size: Floats, rng: np.random.Generator) -> _Now:
    """This year's metrics: what belongs to the customer, and what changes from year to year."""
    n = len(size)

    def around(trait: Floats, share: float = 0.7) -> Floats:
        return np.asarray(share * trait + np.sqrt(1 - share**2) * rng.normal(size=n))

    reports, users, training, troubles = (around(trait) for trait in traits[:4])
    values = {
        "reports": reports,
        "users": users,
        "training": np.exp(training),
        "troubles": np.exp(troubles),
        "logins": around(reports, 0.92),
        "pages": around(reports, 0.5),
        "seats": around(size, 0.6),
    }
    for i, name in enumerate(NOISE):
        value = around(traits[4] if i < 3 else rng.normal(size=n), 0.6)
        if 3 <= i < 6:
            value = np.floor(np.exp(value))
        elif i >= 9:
            value = (value > 0.8).astype(np.float64)
        values[name] = value
    hidden = {"reports": reports, "users": users, "training": training, "troubles": troubles}
    return _Now(values, hidden)


def _feature(key: str, value: Floats, lost: Bools, rng: np.random.Generator) -> Feature:
    """At the landmark, and in the last month: the same with a little change."""
    late = value + 0.2 * value.std() * rng.normal(size=len(value))
    return Feature(key, "number", value, late=np.maximum(late, 0.0) if value.min() >= 0 else late)


def _leak(lost: Bools, rng: np.random.Generator) -> Feature:
    """Nothing at the landmark, but customers who have given notice export their data."""
    before = rng.normal(size=len(lost))
    return Feature(LEAK, "number", before, late=before + rng.normal(size=len(lost)) + 3.0 * lost)


def _renamed(lost: Bools, rng: np.random.Generator) -> Feature:
    """The outcome under another name, with a few entries wrong or forgotten."""
    told = np.where(rng.random(len(lost)) < 0.03, ~lost, lost).astype(np.float64)
    return Feature(RENAMED, "number", told, late=told)


@dataclass(frozen=True)
class Playbook:
    """Customers with and without a playbook. truth: effect on the treated, in shares of renewal."""

    renewed: Floats
    treated: Bools
    accounts: Clusters
    covariates: list[Covariate]
    before: Floats
    truth: float


def playbook(
    accounts: int,
    rng: np.random.Generator,
    *,
    given_to: str,
    effect: float,
    hidden: float = 0.0,
    shows: float = 0.0,
) -> Playbook:
    """A playbook given to customers "at_risk", to "healthy" ones, or, strictly, "below_a_line".

    effect: log-odds of renewal. hidden: weight of a cause of both that no covariate tells of, and
    shows: how much of it shows in the use of half a year before.
    """
    use, trend, trouble, size, unseen = rng.normal(size=(5, accounts))
    industry = rng.choice(["trade", "care", "industry"], accounts, p=[0.5, 0.3, 0.2])
    worry = -0.8 * use - 0.4 * trend + 0.5 * trouble - hidden * unseen
    sign = 1.0 if given_to == "at_risk" else -1.0
    treated = rng.random(accounts) < _share(-0.9 + sign * worry + 0.2 * size)
    if given_to == "below_a_line":
        treated = use < -0.5
    without = 1.1 + 0.9 * use + 0.5 * trend - 0.6 * trouble - 0.3 * size
    without = without - 0.3 * (industry == "care") + hidden * unseen
    p0, p1 = _share(without), _share(without + effect)
    renewed = (rng.random(accounts) < np.where(treated, p1, p0)).astype(np.float64)
    covariates = [
        Covariate("use", "number", use),
        Covariate("trend", "number", trend),
        Covariate("trouble", "number", trouble),
        Covariate("size", "number", size),
        Covariate("industry", "nominal", list(industry)),
    ]
    before = 0.6 * use + shows * unseen + 0.6 * rng.normal(size=accounts)
    truth = float((p1 - p0)[treated].mean()) if treated.any() else 0.0
    return Playbook(renewed, treated, Clusters.of(np.arange(accounts)), covariates, before, truth)


def _share(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))
