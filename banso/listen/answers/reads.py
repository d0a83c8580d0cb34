from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Min, QuerySet

from banso.know.accounts.models import Account
from banso.know.people.models import Person
from banso.listen.answers.saying import LINE, Said, said_of
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response, SurveyVersion, Wave
from banso.listen.surveys.reads import definition_of
from banso.shared.users.models import User

PER_PAGE = 30
MOST_WAVES = 12
SHOWN_ONE_BY_ONE = 6


def told_by(account: Account) -> QuerySet[Response]:
    """Everything handed in at a customer, the newest first; everybody signed in may read it."""
    found = Response.objects.filter(account=account, submitted_on__isnull=False)
    found = found.select_related("wave__survey", "version", "person", "user")
    return found.order_by("-submitted_on", "-pk")


def told_by_person(by: User, person: Person) -> QuerySet[Response]:
    """Everything a person handed in, for those who answer to data subjects; else nothing."""
    found = Response.objects.filter(person=person, submitted_on__isnull=False)
    found = found.select_related("wave__survey", "version", "account")
    return found.order_by("submitted_on", "pk") if by.may("settings") else found.none()


@dataclass(frozen=True)
class Told:
    """One answered form: its questions in words."""

    response: Response
    says: list[Said]

    @property
    def texts(self) -> list[Said]:
        return [one for one in self.says if one.is_long]

    @property
    def others(self) -> list[Said]:
        return [one for one in self.says if not one.is_long]

    @property
    def original(self) -> list[tuple[str, str]]:
        """What the file said, by column."""
        return list(self.response.original.items())


class Definitions:
    """Each version is read once."""

    def __init__(self) -> None:
        self._read: dict[int, Definition] = {}

    def of(self, version: SurveyVersion) -> Definition:
        if version.pk not in self._read:
            self._read[version.pk] = definition_of(version)
        return self._read[version.pk]


def in_words(responses: Sequence[Response], language: str) -> list[Told]:
    definitions = Definitions()
    return [
        Told(one, said_of(definitions.of(one.version), one.answers, language)) for one in responses
    ]


def told_page(account: Account, number: str, language: str) -> tuple[Page[Response], list[Told]]:
    page = Paginator(told_by(account), PER_PAGE).get_page(number)
    return page, in_words(list(page), language)


@dataclass(frozen=True)
class Extent:
    """How much a customer told us, and since when."""

    answers: int
    people: int
    waves: int
    first: date | None
    last: date | None


def extent_of(account: Account) -> Extent:
    found = told_by(account).aggregate(
        answers=Count("pk"), people=Count("person", distinct=True),
        waves=Count("wave", distinct=True), first=Min("submitted_on"), last=Max("submitted_on"),
    )  # fmt: skip
    return Extent(**found)


@dataclass(frozen=True)
class Line:
    """One meaning through all waves: for each the values, or their mean where they are many."""

    meaning: str
    cells: list[str]


@dataclass(frozen=True)
class Years:
    """The waves in which a customer answered, oldest first, and what they say by meaning."""

    waves: list[Wave]
    counts: list[int]
    lines: list[Line]
    leaves: list[list[tuple[str, int]]]


def years_of(account: Account, most: int = MOST_WAVES) -> Years:
    """All sources on one line of time: surveys asked with Banso and those that came by file;
    the ``most`` last waves.
    """
    told = told_by(account).select_related(None).only("wave", "leaf", *LINE, "submitted_on")
    rows = list(told[:2_000])
    by_wave: dict[int, list[Response]] = defaultdict(list)
    for row in rows:
        by_wave[row.wave_id].append(row)
    found = Wave.objects.filter(pk__in=by_wave).select_related("survey")
    waves = list(found.order_by("-opens_on", "-pk")[:most])[::-1]
    lines = []
    for key in LINE:
        cells = [_cell([getattr(row, key) for row in by_wave[wave.pk]]) for wave in waves]
        if any(cells):
            lines.append(Line(key, cells))
    leaves = [_leaves(by_wave[wave.pk]) for wave in waves]
    return Years(waves, [len(by_wave[wave.pk]) for wave in waves], lines, leaves)


def _cell(values: Sequence[int | None]) -> str:
    there = sorted((value for value in values if value is not None), reverse=True)
    if len(there) <= SHOWN_ONE_BY_ONE:
        return " · ".join(map(str, there))
    return f"{sum(there) / len(there):.1f} (n = {len(there)})"


def _leaves(rows: Sequence[Response]) -> list[tuple[str, int]]:
    counted: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.leaf:
            counted[str(row.get_leaf_display())] += 1
    return sorted(counted.items(), key=lambda pair: -pair[1])


def exported(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """A person's answers as they are handed over to them."""
    for one in told:
        response = one.response
        yield {
            "survey": response.wave.survey.name,
            "wave": response.wave.name,
            "source": response.wave.source,
            "customer": response.account.name if response.account else "",
            "answered_on": response.submitted_on.isoformat() if response.submitted_on else "",
            "language": response.language,
            "answers": [
                {
                    "question": said.title,
                    "key": said.key,
                    "answer": said.text,
                    "value": response.answers[said.key],
                }
                for said in one.says
            ],
            "as_the_file_said": response.original,
        }
