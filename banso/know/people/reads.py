from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.shortcuts import get_object_or_404

from banso.know.accounts.filters import found_by_text
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.people.models import Membership, Person
from banso.shared.search_text import searchable
from banso.shared.upserts.writes import slices
from banso.shared.users.models import User

PAGE_SIZE = 50
MOST_PAGES = 200
FEW = 1_000
AT_ACCOUNT = 50
SORTS = ("name", "-name", "name_kana", "-name_kana")


def person_for(user: User, pk: int) -> Person:
    """One person, or a 404; everybody who is signed in sees everybody."""
    return get_object_or_404(Person, pk=pk)


def person_by_id(pk: int) -> Person:
    """One person for a program whose key may read people, or a 404."""
    return get_object_or_404(Person, pk=pk)


def person_by_external_id(source: str, external_id: str) -> Person:
    return get_object_or_404(Person, source=source, external_id=external_id)


def people_ids(source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """external id -> id of those people of a source that are there."""
    found: dict[str, int] = {}
    for some in slices(list(dict.fromkeys(external_ids))):
        rows = Person.objects.filter(source=source, external_id__in=some)
        found.update(rows.values_list("external_id", "pk"))
    return found


def people_asked(
    *,
    q: str,
    account_id: int | None,
    is_key: bool | None,
    updated_since: datetime | None,
    same: dict[str, str],
) -> QuerySet[Person]:
    """Those who meet every condition that says something."""
    people = _with_words(Person.objects.all(), q)
    people = people.filter(**{name: value for name, value in same.items() if value})
    if updated_since:
        people = people.filter(updated_at__gte=updated_since)
    places = Membership.objects.filter(person=OuterRef("pk"))
    if account_id is not None:
        people = people.filter(Exists(places.filter(account=account_id)))
    if is_key is not None:
        found = Exists(places.filter(is_key=True))
        people = people.filter(found if is_key else ~found)
    return people


def places_by_person(people: Sequence[Person]) -> dict[int, list[Membership]]:
    """The places of several people in one query, each person's by the customer's name."""
    return _places(people)


def people_at(account: Account) -> list[Membership]:
    """The people of an account, key persons first; one more than is shown when there are more."""
    found = Membership.objects.filter(account=account).select_related("person")
    return list(found.order_by("-is_key", "person__name", "pk")[: AT_ACCOUNT + 1])


def places_of(person: Person) -> list[Membership]:
    """The accounts at which a person stands."""
    return list(
        Membership.objects.filter(person=person)
        .select_related("account__owner")
        .order_by("account__name")
    )


def may_change_person(user: User, places: Sequence[Membership]) -> bool:
    """Who may change an account may change its people; who stands nowhere is anybody's."""
    if not places:
        return user.may("change_own")
    return any(may_change(user, place.account) for place in places)


def people_named(text: str) -> list[Person]:
    """A few people that a typed text may mean, for an input to offer."""
    return list(_with_words(Person.objects.all(), text).order_by("name", "pk")[:20])


def person_label(person: Person) -> str:
    return f"{person.name} [{person.email or person.external_id}]"


def person_meant(text: str) -> Person | None:
    """The one person whose label, external id or e-mail the text is."""
    _name, _sep, rest = text.strip().rpartition(" [")
    word = rest.removesuffix("]")
    for name in ("external_id", "email"):
        found = list(Person.objects.filter(**{name: word})[:2])
        if len(found) == 1:
            return found[0]
    return None


def _with_words(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    for place, word in enumerate(searchable(text).split()):
        at = StrIndex("search_text", Value(word, output_field=CharField()))
        people = people.alias(**{f"word_{place}": at}).filter(**{f"word_{place}__gt": 0})
    return people


@dataclass(frozen=True)
class PeopleQuestion:
    """What the list of people is asked for."""

    q: str = ""
    account: str = ""
    key_only: bool = False
    influence: str = ""
    sort: str = "name"
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.account or self.key_only or self.influence)

    def address(self, **changes: object) -> str:
        asked = {
            "q": self.q,
            "account": self.account,
            "key": "1" if self.key_only else "",
            "influence": self.influence,
            "sort": "" if self.sort == "name" else self.sort,
        } | changes
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class PeoplePage:
    people: list[Person]
    places: dict[int, list[Membership]]
    count: int
    is_more: bool
    number: int
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.people)


def people_page(question: PeopleQuestion) -> PeoplePage:
    """One page of people; few matches are sorted, many are read along the index of the order."""
    number, is_more = question.page, False
    if not question.is_narrowed:
        count, within = Person.objects.count(), Person.objects.all()
    else:
        ids = list(_matching(question).values_list("pk", flat=True)[: FEW + 1])
        count, is_more = min(len(ids), FEW), len(ids) > FEW
        within = (
            _matching(question, by_order=True) if is_more else Person.objects.filter(pk__in=ids)
        )
    if not is_more:
        number = min(number, max(-(-count // PAGE_SIZE), 1))
    by = F(question.sort.removeprefix("-"))
    order = (
        [by.desc(), F("pk").desc()] if question.sort.startswith("-") else [by.asc(), F("pk").asc()]
    )
    start = (number - 1) * PAGE_SIZE
    people = list(within.order_by(*order)[start : start + PAGE_SIZE + 1])
    has_next, people = len(people) > PAGE_SIZE, people[:PAGE_SIZE]
    return PeoplePage(people, _places(people), count, is_more, number, has_next)


def _matching(question: PeopleQuestion, *, by_order: bool = False) -> QuerySet[Person]:
    """Who meets the question: looked up by place, or judged one by one along the order."""
    people = _with_words(Person.objects.order_by(), question.q)
    if question.account:
        accounts = found_by_text(Account.objects.all(), question.account)
        people = people.filter(
            pk__in=Membership.objects.filter(account__in=accounts.values("pk")).values("person")
        )
    if question.key_only:
        keys = Membership.objects.filter(is_key=True)
        found = (
            Exists(keys.filter(person=OuterRef("pk")))
            if by_order
            else Q(pk__in=keys.values("person"))
        )
        people = people.filter(found)
    if question.influence:
        people = people.filter(
            Exists(Membership.objects.filter(person=OuterRef("pk"), influence=question.influence))
        )
    return people


def _places(people: Sequence[Person]) -> dict[int, list[Membership]]:
    places: dict[int, list[Membership]] = defaultdict(list)
    found = Membership.objects.filter(person__in=[p.pk for p in people]).select_related("account")
    for membership in found.only(
        "person_id", "is_key", "influence", "account__name", "account__external_id"
    ).order_by("account__name"):
        places[membership.person_id].append(membership)
    return places
