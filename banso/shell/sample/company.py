"""The sample company: it sells daily reports to factories; its team, its customers, their history.

It follows from ``size``, ``seed`` and the present moment: a day always gives the same company.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from banso.shell.sample.customers import Customer, make_customers
from banso.shell.sample.notes import Written, make_notes
from banso.shell.sample.people import Contact, make_contacts
from banso.shell.sample.surroundings import environment_of
from banso.shell.sample.surveys import Asking, make_surveys
from banso.shell.sample.terms import Term, make_terms
from banso.shell.sample.training import make_training, with_training
from banso.shell.sample.usage import Usage, User, make_usage, make_users

NAME = "株式会社ツムギノート"
ZONE = "Asia/Tokyo"
CURRENCY = "JPY"
SOURCE = "tsumugi"
PASSWORD = "banso-demo"  # noqa: S105 - the sample's, printed for whoever runs it
CUSTOMERS = 190
SEED = 3


class Colleague(NamedTuple):
    email: str
    name: str
    role: str
    team: str


TEAMS = ("ハイタッチ", "デジタル・ロータッチ")
COLLEAGUES = (
    Colleague("admin@example.jp", "大槻 文香", "administrator", ""),
    Colleague("manager@example.jp", "柏木 直人", "manager", ""),
    Colleague("aoi@example.jp", "早瀬 葵", "csm", TEAMS[0]),
    Colleague("sho@example.jp", "真鍋 翔", "csm", TEAMS[0]),
    Colleague("emily@example.jp", "Emily Rowe", "csm", TEAMS[1]),
    Colleague("analyst@example.jp", "城戸 理", "analyst", ""),
    Colleague("viewer@example.jp", "野々村 恵", "viewer", ""),
)


@dataclass(frozen=True)
class Company:
    customers: list[Customer]
    terms: list[Term]
    contacts: dict[str, list[Contact]]
    users: dict[str, list[User]]
    usage: Usage
    notes: list[Written]
    environments: dict[str, dict[str, str]]
    trained: dict[str, date]
    surveys: list[Asking]


def make_company(*, now: datetime, size: int = CUSTOMERS, seed: int = SEED) -> Company:
    """The whole company as plain values, as of ``now``."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    rng = np.random.default_rng(seed)
    owners = [c.email for c in COLLEAGUES if c.role == "csm"]
    customers = make_customers(rng, count=size, today=today, owners=owners)
    terms = make_terms(rng, customers, today)
    users = {c.key: make_users(rng, c) for c in customers}
    contacts = make_contacts(rng, customers, users)
    notes = make_notes(rng, customers, terms, contacts, now, ZONE)
    surroundings = {c.key: environment_of(rng, c) for c in customers}
    trained = make_training(customers, today)
    usage = make_usage(rng, customers, terms, users, now, ZONE)
    return Company(
        customers=customers,
        terms=terms,
        contacts=contacts,
        users=users,
        usage=with_training(usage, trained, now=now, zone=ZONE),
        notes=notes,
        environments={key: texts for key, texts in surroundings.items() if texts},
        trained=trained,
        surveys=make_surveys(customers, contacts, today),
    )
