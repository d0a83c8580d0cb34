"""Keep the sample's three surveys as they would stand in Banso had they been asked with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.people.models import Person
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Definition, Page
from banso.listen.surveys.models import Response, Survey, SurveyVersion, Wave
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.writes import (
    create_survey,
    create_wave,
    keep_handed_in,
    save_definition,
)
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shell.sample.company import SOURCE, ZONE, Company
from banso.shell.sample.surveys import Asking, Voter
from banso.shell.sample.writes import keep_asked

NAME = "お客様満足度調査"
ADDED = "miss"
"""The question that the first year did not ask yet."""


@dataclass(frozen=True)
class Known:
    """Who there is, by the ids of the sample's files."""

    accounts: dict[str, int]
    people: dict[str, tuple[int, str]]
    """Each with e-mail address."""


def first_wording() -> Definition:
    """The template without the question that came a year later."""
    pages = [
        Page([one for one in page.questions if one.key != ADDED], page.title)
        for page in TEMPLATE.definition.pages
    ]
    whole = TEMPLATE.definition
    return Definition(pages, title=whole.title, intro=whole.intro, thanks=whole.thanks)


def ask_customers(company: Company, *, now: datetime) -> None:
    """The survey and its waves, each on its day; run again, it goes on with what is missing."""
    author = User.objects.get(email="manager@example.jp")
    people = Person.objects.filter(source=SOURCE).values_list("external_id", "pk", "email")
    known = Known(
        dict(Account.objects.filter(source=SOURCE).values_list("external_id", "pk")),
        {key: (pk, email) for key, pk, email in people},
    )
    for asking in company.surveys:
        with clock.held_at(_moment(asking.opens_on, hour=9)), transaction.atomic():
            _ask(asking, author, known)


def _moment(day: date, *, hour: int, minutes: int = 0) -> datetime:
    at = datetime.combine(day, time(hour), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    return at + timedelta(minutes=minutes)


def _ask(asking: Asking, author: User, known: Known) -> None:
    survey = Survey.objects.filter(name=NAME, template=TEMPLATE.key).first()
    if survey is None:
        survey = create_survey(
            by=author, name=NAME, definition=first_wording(), template=TEMPLATE.key
        )
    elif asking.year == 1 and survey.versions.count() == 1:
        save_definition(by=author, survey=survey, definition=TEMPLATE.definition)
    name = f"{asking.opens_on.year}年"
    if survey.waves.filter(opens_on=asking.opens_on).exists():
        return
    version = newest_version(survey)
    wave = create_wave(
        by=author, version=version, name=name, opens_on=asking.opens_on,
        closes_on=asking.closes_on, remind_after=[7], opened_at=clock.now(),
        closed_at=_moment(asking.closes_on + timedelta(days=1), hour=0),
    )  # fmt: skip
    kept = keep_handed_in(rows=_responses(asking, wave, version, known))
    keep_asked(
        wave=wave,
        rows=[
            (known.accounts[one.account_key], *known.people[one.person_key], _language(one))
            for one in asking.voters
        ],
    )
    record("survey.answers_kept", by=author, survey=survey.pk, wave=wave.pk, responses=kept)


def _language(voter: Voter) -> str:
    return "en" if voter.english else "ja"


def _responses(
    asking: Asking, wave: Wave, version: SurveyVersion, known: Known
) -> Iterator[tuple[Response, Definition, dict[str, Any]]]:
    definition = definition_of(version)
    for place, voter in enumerate(asking.voters):
        if voter.handed_in_on is not None:
            at = _moment(voter.handed_in_on, hour=9, minutes=place * 7 % 480)
            yield _response(voter, wave, version, known, at), definition, voter.answers


def _response(
    voter: Voter, wave: Wave, version: SurveyVersion, known: Known, at: datetime
) -> Response:
    return Response(
        wave=wave,
        version=version,
        account_id=known.accounts[voter.account_key],
        person_id=known.people[voter.person_key][0],
        origin=Response.Origin.LINK,
        language=_language(voter),
        started_at=at - timedelta(minutes=4),
        submitted_at=at,
        submitted_on=voter.handed_in_on,
    )
