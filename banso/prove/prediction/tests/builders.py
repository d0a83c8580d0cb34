"""Decisions as arrays, with points that go with renewal as far as wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.measure.health.rules import CONTACT, CONTACT_DAYS, LOWER, USAGE, Borders, Measure
from banso.measure.health.writes.model import save_model
from banso.prove.prediction import writes
from banso.prove.prediction.checking import checked
from banso.prove.prediction.comparing import changes, compared
from banso.prove.prediction.models import Alternative, Comparison, ScoreCheck
from banso.prove.prediction.readings import Decided
from banso.prove.prediction.writes import keep_check
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

LINES = (
    Measure("usage_28d", USAGE, 40, 0, 100),
    Measure("active_users_28d", USAGE, 40, 0, 10),
    Measure(CONTACT_DAYS, CONTACT, 20, 14, 120, LOWER),
)
OLD = date(2020, 1, 1)
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


def weighted(found: Decided, *weights: int, borders: Borders | None = None) -> Decided:
    """The same decisions under other weights; weight 0 leaves a measure's points out."""
    kept = [n for n, weight in enumerate(weights) if weight]
    lines = tuple(replace(LINES[n], weight=weights[n]) for n in kept)
    return replace(found, lines=lines, points=found.points[:, kept], borders=borders or Borders())


def an_alternative(*weights: int, good_from: int = 70) -> Alternative:
    lines = [replace(line, weight=w) for line, w in zip(LINES, weights or (60, 40, 0), strict=True)]
    made = writes.write_alternative(
        by=a_user(role="analyst"), name="利用を重く", because="連絡の多さは当てにならない",
        measures=lines, borders=Borders(good_from, 40),
    )  # fmt: skip
    Job.objects.all().delete()
    return made


def a_comparison(alternative: Alternative, *, n: int = 3000, reverse: bool = False) -> Comparison:
    found = some_decisions(n)
    pair = [weighted(found, 0, 0, 100), weighted(found, 60, 40, 0)]
    has = pair[0].has_score & ~(found.points != found.points).any(axis=1)
    now, then = (replace(each, has_score=has) for each in (pair[::-1] if reverse else pair))
    account = an_account(name="あおば製作所")
    return writes.keep_comparison(
        alternative=alternative, data_cut=CUT, digest="d",
        numbers=compared(now, then, written_on=OLD).as_json(),
        changes=changes([(account.pk, 80, 30)], Borders(), alternative.borders),
    )  # fmt: skip


def alternative_page(client: Client, alternative: Alternative, role: str = "analyst") -> str:
    client.force_login(a_user(role=role))
    return client.get(f"/score-check/alternatives/{alternative.pk}/").content.decode()
