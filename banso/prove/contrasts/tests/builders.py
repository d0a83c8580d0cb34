from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from banso.know.accounts.models import Account
from banso.know.people.models import Person
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.tests.builders import a_wave
from banso.listen.surveys.writes import keep_handed_in

DAY = date(2026, 5, 11)
LEVELS = {
    "above": 4.7, "no_trouble": 4.0, "at": 3.9, "not_consulted": 3.0, "waiting": 2.9, "below": 2.2,
}  # fmt: skip
SHARES = {
    "no_trouble": 0.45, "not_consulted": 0.13, "above": 0.15, "at": 0.14, "below": 0.11,
    "waiting": 0.02,
}  # fmt: skip


def answers_at(leaf: str, level: float, **more: Any) -> dict[str, Any]:
    """What somebody at a leaf hands in who stands at a level of 1..5."""
    found: dict[str, Any] = {"trouble": "no" if leaf == "no_trouble" else "yes"}
    if leaf != "no_trouble":
        found |= {"trouble_kind": ["defect"], "consulted": "no"}
        if leaf == "not_consulted":
            found["why_not"] = ["where"]
        else:
            found |= {"consulted": "yes", "channel": ["csm"], "answer": leaf}
    on_scale = max(1, min(5, round(level)))
    ten = max(0, min(10, round(2.1 * level - 0.8)))
    return found | {"satisfaction": on_scale, "intent": on_scale, "recommend": ten} | more


def customers(count: int, **fields: Any) -> list[Account]:
    return Account.objects.bulk_create(
        Account(external_id=f"S-{i}", name=f"さくら商会 {i}", segment="SMB" if i % 3 else "大手")
        for i in range(count)
    )


def an_answered_wave(
    count: int = 1200, *, accounts: int = 400, seed: int = 1, day: date = DAY,
    levels: dict[str, float] | None = None, wave: Wave | None = None, named: bool = True,
    **fields: Any,
) -> Wave:  # fmt: skip
    """A closed asking, answered by people of many customers, with a known order of leaves."""
    random = np.random.default_rng(seed)
    there = list(Account.objects.filter(external_id__startswith="S-")) or customers(accounts)
    wave = wave or a_wave(opens_on=day, closes_on=day + timedelta(days=20), **fields)
    people = _people(count) if named and not wave.is_anonymous else []
    own = random.normal(0, 0.3, len(there))
    leaves = random.choice(list(SHARES), count, p=list(SHARES.values()))
    known = LEVELS if levels is None else levels
    rows = []
    for place, leaf in enumerate(leaves):
        who = int(random.integers(0, len(there)))
        level = known[str(leaf)] + own[who] + float(random.normal(0, 0.7))
        response = Response(
            wave=wave, version=wave.version, origin="link",
            submitted_on=day + timedelta(days=int(random.integers(0, 15))),
        )  # fmt: skip
        if not wave.is_anonymous:
            response.account = there[who]
            response.person = people[place] if people else None
        said = {"comment": f"声 {place}"} if place % 5 == 0 else {}
        rows.append((response, TEMPLATE.definition, answers_at(str(leaf), level, **said)))
    keep_handed_in(rows=rows)
    return wave


def _people(count: int) -> list[Person]:
    first = Person.objects.count()
    return Person.objects.bulk_create(
        Person(external_id=f"P-{first + i}", name=f"山田 {first + i}") for i in range(count)
    )
