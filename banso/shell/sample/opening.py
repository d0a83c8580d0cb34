"""Bring the sample company into an empty Banso, through the same doors as a user's own files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.accounts.writes import save_environment
from banso.know.notes.models import Note
from banso.know.notes.writes import add_note
from banso.know.people.models import Person
from banso.listen.events.models import EventName
from banso.listen.events.writes import name_event, refresh_names
from banso.listen.imports.guessing import propose
from banso.listen.imports.jobs import carry_on
from banso.listen.imports.meaning.kinds import CUSTOM
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.models import ImportRun, State
from banso.listen.imports.writes import ask_for_check, ask_for_run, keep_upload, start_draft
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.writes.definitions import define_metric
from banso.prove.effects.jobs import ask_for_due
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.lake.writes import compact
from banso.shared.users.models import Organisation, Team, User
from banso.shared.users.reads import user_by_email
from banso.shared.users.writes import add_team, add_user, save_organisation
from banso.shell.sample.asking import ask_customers
from banso.shell.sample.beliefs import believe
from banso.shell.sample.company import (
    COLLEAGUES,
    CURRENCY,
    NAME,
    PASSWORD,
    SOURCE,
    TEAMS,
    ZONE,
    Company,
    make_company,
)
from banso.shell.sample.customers import MOTIVES
from banso.shell.sample.files import OWN_FIELDS, write_files
from banso.shell.sample.measures import ask_about_measures
from banso.shell.sample.patterns import describe
from banso.shell.sample.scenarios import ask_what_it_is_worth
from banso.shell.sample.scores import try_another
from banso.shell.sample.successes import define
from banso.shell.sample.usage import EVENT_LABELS, EVENTS, SHARED
from banso.shell.sample.visiting import visit_customers

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


def open_company(*, size: int, say: Say) -> None:
    """Everything, from the team to the first answers; says how far it is."""
    now = begin()
    administrator = make_team()
    say("inventing a company …")
    company = make_company(now=now, size=size)
    with tempfile.TemporaryDirectory(prefix="banso-sample-") as folder:
        for kind, path in write_files(company, Path(folder)).items():
            say(f"importing {path.name} …")
            import_file(by=administrator, kind=kind, path=path)
    name_events(by=administrator)
    define_own_metric()
    say("writing down what was talked about …")
    write_environments(by=administrator, company=company)
    write_notes(company)
    say("asking people at the customers, year by year …")
    ask_customers(company, now=now)
    say("computing metrics, health, signals and evidence …")
    while run_owed():
        pass
    visit_customers(now=now)
    say("checking what was expected, quarter by quarter …")
    believe(now=now)
    say("asking whether measures worked …")
    ask_about_measures(company, now=now)
    ask_for_due()
    while run_owed():
        pass
    describe(now=now)
    try_another(now=now)
    ask_what_it_is_worth(now=now)
    define(company, now=now)
    while run_owed():
        pass
    record(OPENED, by=administrator, customers=len(company.customers))


def import_file(*, by: User, kind: str, path: Path) -> None:
    """As the wizard does: upload, guess, check, import. A file that is in already is left alone."""
    done = ImportRun.objects.filter(upload__name=path.name, state=State.DONE)
    if done.exists():
        return
    upload = keep_upload(
        by=by, name=path.name, blocks=_blocks(path), most_bytes=settings.IMPORT_MOST_BYTES
    )
    proposal = propose(upload)
    if proposal.mapping is None or proposal.mapping.kind != kind:
        raise RuntimeError(f"{path.name} is not taken for {kind}: see listen/imports/meaning")
    mapping = with_own_fields(replace(proposal.mapping, source=SOURCE))
    run = start_draft(by=by, upload=upload, mapping=mapping)
    ask_for_check(by=by, run=run, mapping=mapping)
    carry_on(run.pk, State.CHECKING)
    run.refresh_from_db()
    ask_for_run(by=by, run=run)
    carry_on(run.pk, State.RUNNING)
    run.refresh_from_db()
    if run.state != State.DONE or run.refused:
        raise RuntimeError(f"{path.name}: {run.state}, {run.refused} refused: {run.error}")


def with_own_fields(mapping: Mapping) -> Mapping:
    """The mapping with the columns of our own fields led to them, as a user would in the wizard."""
    columns = tuple(
        replace(
            column, target=CUSTOM, key=OWN_FIELDS[column.name][0], kind=OWN_FIELDS[column.name][1]
        )
        if column.name in OWN_FIELDS
        else column
        for column in mapping.columns
    )
    return replace(mapping, columns=columns)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def name_events(*, by: User) -> None:
    """Let the events be counted, call them something, and mark the core action."""
    compact()
    refresh_names()
    for event in EventName.objects.filter(name__in=EVENT_LABELS):
        japanese, english = EVENT_LABELS[event.name]
        is_core = event.name == EVENTS[SHARED]
        name_event(by=by, event=event, label_en=english, label_ja=japanese, is_core=is_core)


def define_own_metric() -> None:
    """What the analyst adds to the metrics that Banso suggests."""
    key = "editor_share_28d"
    if MetricDefinition.with_retired.filter(key=key).exists():
        return
    define_metric(
        by=User.objects.get(email="analyst@example.jp"),
        key=key,
        shape="ratio",
        params={"top": "active_editor_28d", "bottom": "active_users_28d"},
        name_en="Share of users who edit (28 days)",
        name_ja="編集する利用者の割合(28日)",
        unit="share",
    )


@transaction.atomic
def write_environments(*, by: User, company: Company) -> None:
    accounts = {a.external_id: a for a in Account.objects.filter(source=SOURCE)}
    for key, texts in company.environments.items():
        save_environment(by=by, account=accounts[key], **texts)


@transaction.atomic
def write_notes(company: Company) -> None:
    """The CSMs' notes, dated as they were; together or not at all."""
    accounts = {a.external_id: a for a in Account.objects.filter(source=SOURCE)}
    people = {p.external_id: p for p in Person.objects.filter(source=SOURCE)}
    authors = {user.email: user for user in User.objects.all()}
    if Note.objects.filter(account__in=accounts.values()).exists():
        return
    for note in company.notes:
        add_note(
            by=authors[note.author],
            account=accounts[note.account_key],
            person=people[note.person_key],
            at=note.at,
            channel=note.channel,
            happened=note.happened,
            feeling=note.feeling,
            mood=note.mood,
        )
