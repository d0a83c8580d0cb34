"""Whose answers the rows of a file are: looked up many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models.functions import Lower

from banso.know.people.models import Membership, Person
from banso.listen.earlier.meaning.columns import said
from banso.listen.earlier.meaning.rows import Given
from banso.listen.imports.references import References
from banso.shared.upserts.writes import slices


@dataclass(frozen=True)
class Who:
    """``account`` None: nobody knows the customer. ``is_nameless``: a person was named whom nobody
    knows.
    """

    account: int | None
    person: int | None
    is_nameless: bool = False


def same_name(text: str) -> str:
    """Names are the same whatever stands between their parts."""
    return said(text).replace(" ", "")


class Whose:
    """A customer by id, subscription or name; a person by e-mail, id, or name at the customer."""

    def __init__(self) -> None:
        self.references = References("")

    def of(self, rows: Sequence[Given]) -> list[Who]:
        return self.of_texts([(row.account, row.people) for row in rows])

    def of_texts(self, rows: Sequence[tuple[str, Sequence[str]]]) -> list[Who]:
        named = self.references.accounts(account for account, _people in rows if account)
        accounts = {text: pk for text, pk in named.items() if isinstance(pk, int)}
        known = _people({text for _account, people in rows for text in people})
        places = _places_of({pk for found in known.values() for pk in found})
        names = _names_at(accounts.values())
        return [
            _who(accounts.get(account), bool(account), people, known, places, names)
            for account, people in rows
        ]


def _who(
    account: int | None,
    is_account_named: bool,
    people: Sequence[str],
    known: dict[str, list[int]],
    places: dict[int, list[int]],
    names: dict[tuple[int, str], list[int]],
) -> Who:
    """A person stands for their only customer where no customer is named."""
    person = None
    for text in people:
        found = known.get(text, [])
        if account is not None:
            here = [pk for pk in found if account in places.get(pk, ())]
            found = here or found
            found = found if len(found) == 1 else names.get((account, same_name(text)), [])
        if len(found) == 1:
            person = found[0]
            break
    if account is None and not is_account_named and person is not None:
        own = places.get(person, [])
        account = own[0] if len(own) == 1 else None
    return Who(account, person, bool(people) and person is None)


def _people(texts: Iterable[str]) -> dict[str, list[int]]:
    """text -> the people it may mean, by e-mail, id or name."""
    found: dict[str, list[int]] = {}
    wanted = sorted(texts)
    for some in slices(wanted):
        by_mail: dict[str, list[int]] = defaultdict(list)
        mails = [text.lower() for text in some if "@" in text]
        rows = Person.objects.annotate(mail=Lower("email")).filter(mail__in=mails)
        for mail, pk in rows.values_list("mail", "pk"):
            by_mail[mail].append(pk)
        others: dict[str, list[int]] = defaultdict(list)
        for field in ("external_id", "name"):
            for text, pk in Person.objects.filter(**{f"{field}__in": some}).values_list(
                field, "pk"
            ):
                if pk not in others[text]:
                    others[text].append(pk)
        found.update({text: by_mail.get(text.lower()) or others.get(text, []) for text in some})
    return found


def _places_of(people: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for some in slices(sorted(people)):
        rows = Membership.objects.filter(person__in=some).values_list("person_id", "account_id")
        for person, account in rows:
            found[person].append(account)
    return found


def _names_at(accounts: Iterable[int]) -> dict[tuple[int, str], list[int]]:
    """(customer, name) -> the people of that name there."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for some in slices(sorted(set(accounts))):
        rows = Membership.objects.filter(account__in=some)
        for account, person, name in rows.values_list("account_id", "person_id", "person__name"):
            found[account, same_name(name)].append(person)
    return found
