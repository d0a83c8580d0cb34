"""Decisions as arrays, with points that go with renewal as far as wanted."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.test import Client
from django.urls import reverse

from banso.measure.health.rules import CONTACT, CONTACT_DAYS, LOWER, USAGE, Measure
from banso.measure.health.writes.model import save_model
from banso.prove.prediction.checking import checked
from banso.prove.prediction.models import ScoreCheck
from banso.prove.prediction.readings import Decided
from banso.prove.prediction.writes import keep_check
from banso.shared.users.tests.builders import a_user

LINES = (
    Measure("usage_28d", USAGE, 40, 0, 100),
    Measure("active_users_28d", USAGE, 40, 0, 10),
    Measure(CONTACT_DAYS, CONTACT, 20, 14, 120, LOWER),
)
CUT = date(2026, 6, 30)
_CUT = (CUT - date(1970, 1, 1)).days


def some_decisions(
    n: int, *, seed: int = 1, slopes: tuple[float, float, float] = (-1.0, -0.6, 0.0)
) -> Decided:
    """Two years of decisions; a tenth of the points unknown."""
    draw = np.random.default_rng(seed)
    points = np.clip(draw.normal(55, 22, (n, 3)), 0, 100)
    eta = -1.9 + ((points - 55) / 22) @ np.array(slopes)
    points[draw.random((n, 3)) < 0.1] = np.nan
    known = (~np.isnan(points)).sum(axis=1)
    return Decided(
        LINES,
        points,
        2 * known >= 3,
        draw.random(n) < 1 / (1 + np.exp(-eta)),
        draw.integers(1, max(2, n // 2), n),
        _CUT - draw.integers(0, 730, n),
        CUT,
    )


def a_check(n: int = 1500, **more: object) -> ScoreCheck:
    save_model(by=None, measures=LINES)
    found = checked(some_decisions(n, **more))  # type: ignore[arg-type]
    return keep_check(data_cut=CUT, digest=f"d{n}", numbers=found.as_json())


def page(client: Client, role: str = "analyst") -> str:
    client.force_login(a_user(role=role))
    return client.get(reverse("prediction:score_check")).content.decode()
