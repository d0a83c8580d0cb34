from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.people.models import Person
from banso.listen.earlier.models import Aside
from banso.listen.earlier.whose import Who, Whose
from banso.listen.surveys.models import Response
from banso.listen.surveys.reads import definition_of
from banso.listen.surveys.writes import keep_handed_in
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

AT_ONCE = 500
CLAIMED = "survey.answers_claimed"


def _may(by: User | None) -> None:
    if by is not None and not by.may("import"):
        raise PermissionDenied


def claim_known() -> int:
    """Give what waits to those who are known by now; how many answers found somebody."""
    whose, last, claimed = Whose(), 0, 0
    while True:
        asides = Aside.objects.filter(pk__gt=last).select_related("wave__version", "response")
        some = list(asides.order_by("pk")[:AT_ONCE])
        if not some:
            return claimed
        last = some[-1].pk
        found = whose.of_texts([(one.account_text, one.people_texts) for one in some])
        claimed += _claim(by=None, pairs=list(zip(some, found, strict=True)))


@transaction.atomic
def claim_account(*, by: User | None, account_text: str, account: Account) -> int:
    """All answers that wait under this text are of this customer."""
    _may(by)
    waiting = Aside.objects.filter(response=None, account_text=account_text)
    some = list(waiting.select_related("wave__version", "response"))
    people = Whose().of_texts([(account.external_id, one.people_texts) for one in some])
    whos = [Who(account.pk, who.person, who.is_nameless) for who in people]
    return _claim(by=by, pairs=list(zip(some, whos, strict=True)))


@transaction.atomic
def claim_person(*, by: User | None, aside: Aside, account: Account, person: Person) -> bool:
    """This answer is of this person at this customer; False when they answered already."""
    _may(by)
    return bool(_claim(by=by, pairs=[(aside, Who(account.pk, person.pk))]))


@transaction.atomic
def leave_nameless(*, by: User, aside: Aside) -> None:
    """Nobody will say who that was: it stays an answer of its customer, or goes."""
    _may(by)
    record("earlier.left_nameless", by=by, wave=aside.wave_id, response=aside.response_id)
    aside.delete()


@transaction.atomic
def _claim(*, by: User | None, pairs: Sequence[tuple[Aside, Who]]) -> int:
    taken = _taken(pairs)
    claimed: list[tuple[Aside, int]] = []
    for aside, who in pairs:
        account = who.account or (aside.response.account_id if aside.response else None)
        if account is None or (aside.response and who.person is None):
            continue
        key = (aside.wave_id, account, who.person)
        if who.person is not None and key in taken:
            continue
        taken.add(key)
        _give(aside, Who(account, who.person, who.is_nameless))
        claimed.append((aside, account))
    for wave in {aside.wave_id for aside, _account in claimed}:
        rows = [account for aside, account in claimed if aside.wave_id == wave]
        record(CLAIMED, by=by, wave=wave, answers=len(rows), accounts=sorted(set(rows))[:100])
    return len(claimed)


def _taken(pairs: Iterable[tuple[Aside, Who]]) -> set[tuple[int, int | None, int | None]]:
    people = {who.person for _aside, who in pairs if who.person}
    waves = {aside.wave_id for aside, _who in pairs}
    rows = Response.objects.filter(person__in=people, wave__in=waves)
    return set(rows.values_list("wave_id", "account_id", "person_id"))


def _give(aside: Aside, who: Who) -> None:
    if aside.response is not None:
        aside.response.account_id, aside.response.person_id = who.account, who.person
        aside.response.save(update_fields=["account", "person"])
        aside.delete()
        return
    kept, wave = aside.kept, aside.wave
    day = date.fromisoformat(kept["on"])
    response = Response(
        wave=wave,
        version=wave.version,
        account_id=who.account,
        person_id=who.person,
        origin=Response.Origin.FILE,
        external_id=aside.external_id,
        language=kept["language"],
        original=kept["original"],
        submitted_on=day,
        submitted_at=datetime.combine(day, time(12), tzinfo=ZoneInfo(organisation().time_zone)),
    )
    keep_handed_in(rows=[(response, definition_of(wave.version), kept["answers"])])
    if who.is_nameless:
        aside.response, aside.kept = response, {}
        aside.save(update_fields=["response", "kept"])
    else:
        aside.delete()
