"""Bring the sample company into an empty Banso, through the same doors as a user's own files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from banso.know.accounts.models import Account
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.users.models import Organisation, Team, User
from banso.shared.users.reads import user_by_email
from banso.shared.users.writes import add_team, add_user, save_organisation
from banso.shell.sample.company import COLLEAGUES, CURRENCY, NAME, PASSWORD, TEAMS, ZONE
from banso.shell.sample.customers import MOTIVES

BEGUN, OPENED = "sample.begun", "sample.opened"
Say = Callable[[str], None]


class OtherData(Exception):
    """This Banso already holds somebody's data."""


def is_open() -> bool:
    return Entry.objects.filter(kind=OPENED).exists()


def begun_at() -> datetime | None:
    """When the sample was begun here: an opening that was cut off goes on with the same moment."""
    entry = Entry.objects.filter(kind=BEGUN).first()
    return datetime.fromisoformat(entry.payload["now"]) if entry else None


def begin() -> datetime:
    """The sample's moment; refuses a Banso that somebody else uses."""
    begun = begun_at()
    if begun:
        return begun
    if Account.objects.exists() or User.objects.exists() or Organisation.objects.exists():
        raise OtherData
    now = clock.now().replace(microsecond=0)
    record(BEGUN, by=None, now=now.isoformat())
    return now


def make_team() -> User:
    """The organisation, its teams and people, its own fields; the administrator."""
    save_organisation(
        by=None, name=NAME, time_zone=ZONE, language="ja", currency=CURRENCY, fiscal_year_start=4
    )
    for name in TEAMS:
        add_team(by=None, name=name)
    teams = {team.name: team for team in Team.objects.all()}
    for colleague in COLLEAGUES:
        if user_by_email(colleague.email) is None:
            add_user(
                by=None,
                email=colleague.email,
                password=PASSWORD,
                name=colleague.name,
                role=colleague.role,
                team=teams.get(colleague.team),
            )
    administrator = User.objects.get(email=COLLEAGUES[0].email)
    define_field(
        by=administrator,
        holder="account",
        key="purchase_motive",
        kind="choice",
        label_en="Purchase motive",
        label_ja="購入の動機",
        choices=list(MOTIVES),
        known_when="start",
    )
    define_field(
        by=administrator,
        holder="account",
        key="sites",
        kind="number",
        label_en="Number of sites",
        label_ja="拠点数",
    )
    return administrator
