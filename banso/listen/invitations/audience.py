"""Whom a wave would ask: the customers of a filter, their people, and how often each was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet
from django.http import QueryDict

from banso.know.accounts.columns import columns
from banso.know.accounts.filters import Reader
from banso.know.accounts.listing import Listing
from banso.know.accounts.models import Account
from banso.know.accounts.rules import Question, question_of
from banso.know.forgetting.models import ForgottenPerson
from banso.know.people.models import Membership
from banso.listen.invitations.models import Invitation, OptOut
from banso.listen.invitations.rules import Candidate, Judged, judged
from banso.listen.invitations.tokens import address_hash
from banso.listen.surveys.models import Response
from banso.shared import clock
from banso.shared.users.models import Language, User
from banso.shared.users.reads import organisation

AT_ONCE = 500
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Audience:
    """``query``: as the customer list writes it; ``reader``: whose "mine" it means."""

    query: str
    reader: User | None
    key_people_only: bool = False
    throttle_days: int = 0
    colleagues: Sequence[int] = ()
    owners_answer: bool = False
    asks_colleagues: bool = False
    wave_id: int | None = None
    """Its own invitations do not count as having been asked."""

    @property
    def listing(self) -> Listing:
        return listing_of(self.query, self.reader)

    def account_ids(self, after: int = 0) -> list[int]:
        found = self.listing.matching().filter(pk__gt=after).order_by("pk")
        return list(found.values_list("pk", flat=True))


def question_in(query: str) -> Question:
    return question_of(dict(QueryDict(query).lists()))


def listing_of(query: str, reader: User | None) -> Listing:
    who = Reader(reader, clock.today(), lambda: organisation().currency)
    return Listing(question_in(query), columns(), who)


Times = dict[Hashable, tuple[date, int]]
"""By person and by address: when last, and how often in a year."""


@dataclass
class History:
    """How often and when people were asked, by mails and in surveys that came by file; and who
    opted out.
    """

    mails: Times = field(default_factory=dict)
    files: Times = field(default_factory=dict)
    opted_out: frozenset[str] = frozenset()

    def of(self, person_id: int, email: str) -> dict[str, Any]:
        """What a ``Candidate`` says of it."""
        asked_on, times = _last(self.mails, person_id, email)
        in_file_on, more = _last(self.files, person_id, email)
        return {"asked_on": asked_on, "in_file_on": in_file_on, "times": times + more}


def _last(told: Times, person_id: int, email: str) -> tuple[date | None, int]:
    found = [told[key] for key in (person_id, email.lower()) if key and key in told]
    return max((on for on, _n in found), default=None), max((n for _on, n in found), default=0)


def history(wave_id: int | None, throttle_days: int) -> History:
    """What the invitations of other waves say, and the answers that came by file."""
    told = History(opted_out=frozenset(OptOut.objects.values_list("address", flat=True)))
    now, zone = clock.now(), ZoneInfo(organisation().time_zone)
    since = now - max(YEAR, timedelta(days=throttle_days + 1))
    asked = Invitation.objects.filter(sent_at__gte=since, user=None).exclude(wave=wave_id)
    in_year = Count("pk", filter=Q(sent_at__gte=now - YEAR))
    by_person = asked.values_list("person_id", "email")
    for person_id, email, last, times in by_person.annotate(last=Max("sent_at"), times=in_year):
        _note(told.mails, person_id, email, last.astimezone(zone).date(), times)
    in_year = Count("pk", filter=Q(submitted_on__gte=(now - YEAR).date()))
    answers = answers_by_file(since.date()).exclude(wave=wave_id)
    found = answers.values_list("person_id", "person__email")
    for person_id, email, on, times in found.annotate(last=Max("submitted_on"), times=in_year):
        _note(told.files, person_id, email, on, times)
    return told


def answers_by_file(since: date) -> QuerySet[Response]:
    """Of people who were asked elsewhere; of an anonymous survey nobody is known."""
    return Response.objects.filter(
        origin=Response.Origin.FILE, person__isnull=False, submitted_on__gte=since
    )


def _note(told: Times, person_id: int | None, email: str, on: date, times: int) -> None:
    for key in (person_id, email.lower()):
        if key:
            before = told.get(key, (on, 0))
            told[key] = (max(on, before[0]), times + before[1])


def candidates(asked: Audience, *, after: int = 0) -> Iterator[Candidate]:
    """Everybody of the customers whose id is above ``after``, customer by customer."""
    told = history(asked.wave_id, asked.throttle_days)
    ids = asked.account_ids(after)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        if asked.asks_colleagues:
            yield from _colleagues(some, asked, told)
        else:
            yield from _people(some, asked, told)


def _people(ids: Sequence[int], asked: Audience, told: History) -> Iterator[Candidate]:
    places = Membership.objects.filter(account__in=ids).select_related("person")
    if asked.key_people_only:
        places = places.filter(is_key=True)
    by_account: dict[int, list[Membership]] = {}
    for place in places.order_by("account_id", "-is_key", "person_id"):
        by_account.setdefault(place.account_id, []).append(place)
    people = {place.person_id for several in by_account.values() for place in several}
    forgotten = set(
        ForgottenPerson.objects.filter(person_id__in=people).values_list("person_id", flat=True)
    )
    spoken = _languages(people)
    for account_id in ids:
        if account_id not in by_account:
            yield Candidate(account_id)
        for place in by_account.get(account_id, ()):
            person = place.person
            own = person.custom.get("language")
            yield Candidate(
                account_id,
                person_id=person.pk,
                name=person.name,
                email=person.email,
                language=own if own in Language.values else spoken.get(person.pk, ""),
                is_forgotten=person.pk in forgotten,
                is_opted_out=bool(person.email) and address_hash(person.email) in told.opted_out,
                **told.of(person.pk, person.email),
            )


def _languages(people: set[int]) -> dict[int, str]:
    """The language in which each person answered last."""
    answered = Response.objects.filter(person__in=people).exclude(language="").order_by("pk")
    return dict(answered.values_list("person_id", "language"))


def _colleagues(ids: Sequence[int], asked: Audience, told: History) -> Iterator[Candidate]:
    owners = dict(Account.objects.filter(pk__in=ids).values_list("pk", "owner_id"))
    wanted = set(asked.colleagues) | (set(owners.values()) if asked.owners_answer else set())
    users = User.objects.filter(is_active=True).in_bulk([pk for pk in wanted if pk])
    for account_id in ids:
        about = list(asked.colleagues)
        if asked.owners_answer and owners.get(account_id):
            about.append(owners[account_id])
        found = [users[pk] for pk in dict.fromkeys(about) if pk in users]
        if not found:
            yield Candidate(account_id)
        for user in found:
            out = address_hash(user.email) in told.opted_out
            yield Candidate(
                account_id, user_id=user.pk, name=str(user), email=user.email,
                language=user.language, is_opted_out=out,
            )  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """Whom a wave would ask and leave out: counts by reason, customers and people apart."""

    rows: list[Judged]

    @property
    def asked(self) -> list[Judged]:
        return [row for row in self.rows if not row.reason]

    @property
    def left_out(self) -> list[Judged]:
        return [row for row in self.rows if row.reason]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return Counter(row.reason for row in self.left_out).most_common()

    @property
    def customers(self) -> int:
        return len({row.candidate.account_id for row in self.asked})


def preview(asked: Audience, *, seen: Sequence[Candidate] = ()) -> Preview:
    found = judged(
        candidates(asked),
        today=clock.today(),
        throttle_days=asked.throttle_days,
        key_people_only=asked.key_people_only,
        seen=seen,
    )
    return Preview(list(found))
