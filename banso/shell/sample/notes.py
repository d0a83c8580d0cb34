"""When the sample's CSMs met their customers, and what about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from banso.shell.sample import sentences
from banso.shell.sample.customers import Customer
from banso.shell.sample.people import Contact
from banso.shell.sample.terms import Term

NOTES_DAYS = 730
# days between contacts by touch model
EVERY = {"high": 34, "mid": 60, "low": 110, "tech": 190}
CHANNELS = ("visit", "meeting", "call", "mail", "chat")


@dataclass(frozen=True)
class Written:
    account_key: str
    person_key: str
    author: str
    at: datetime
    channel: str
    happened: str
    feeling: str
    mood: int


def make_notes(
    rng: np.random.Generator,
    customers: list[Customer],
    terms: list[Term],
    contacts: dict[str, list[Contact]],
    now: datetime,
    zone: str,
) -> list[Written]:
    """Two years of notes, oldest first; nobody writes about customers without an owner."""
    today = now.astimezone(ZoneInfo(zone)).date()
    made: list[Written] = []
    for customer in customers:
        if not customer.owner:
            continue
        own = [t for t in terms if t.account_key == customer.key]
        people = contacts[customer.key]
        made += [_note(rng, customer, own, people, d, zone) for d in _days(rng, customer, today)]
    return sorted((n for n in made if n.at < now), key=lambda n: n.at)


def _days(rng: np.random.Generator, customer: Customer, today: date) -> list[date]:
    until = min(today, customer.left_on or today)
    begun = today - timedelta(days=NOTES_DAYS - int(rng.integers(0, EVERY[customer.touch_model])))
    day = max(customer.signed_up + timedelta(days=int(rng.integers(1, 10))), begun)
    days = []
    while day <= until:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=max(4, round(EVERY[customer.touch_model] * rng.gamma(3, 1 / 3))))
    return days


def _situation(rng: np.random.Generator, customer: Customer, terms: list[Term], day: date) -> str:
    term = next((t for t in reversed(terms) if t.start <= day), terms[0])
    if term.notice_on and day >= term.notice_on:
        return "left"
    if (day - customer.signed_up).days < 60:
        return "start"
    if term.end and (term.end - day).days < 75 and rng.random() < 0.6:
        return "renewal"
    slow = customer.first_value_days is None or customer.first_value_days > 60
    well = 0.42 + 0.18 * customer.traits.broad - 0.2 * slow
    draw = rng.random()
    return "well" if draw < well else "plain" if draw < well + 0.35 else "worry"


def _note(
    rng: np.random.Generator,
    customer: Customer,
    terms: list[Term],
    contacts: list[Contact],
    day: date,
    zone: str,
) -> Written:
    lines = (sentences.ENGLISH if customer.english else sentences.JAPANESE)[
        _situation(rng, customer, terms, day)
    ]
    line = lines[rng.integers(len(lines))]
    person = contacts[rng.integers(len(contacts))]
    at = datetime.combine(
        day, time(int(rng.integers(9, 18)), int(rng.integers(0, 12)) * 5), ZoneInfo(zone)
    )
    return Written(
        account_key=customer.key,
        person_key=person.key,
        author=customer.owner,
        at=at,
        channel=str(rng.choice(CHANNELS, p=(0.15, 0.4, 0.25, 0.15, 0.05))),
        happened=line.happened.format(who=person.addressed),
        feeling=line.feeling,
        mood=line.mood,
    )
