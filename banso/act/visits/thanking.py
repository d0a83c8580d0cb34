"""Who answered a wave and is still to be thanked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from banso.act.visits.models import Thanks
from banso.know.accounts.models import Account
from banso.know.accounts.reads import changeable_by
from banso.listen.invitations.models import OptOut
from banso.listen.invitations.tokens import address_hash
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.reads import handed_in
from banso.shared.upserts.writes import slices
from banso.shared.users.models import User

LEFT, THANKED, STUCK = "left", "thanked", "stuck"
STATES = (LEFT, THANKED, STUCK)
STUCK_STATES = (Thanks.State.FAILED, Thanks.State.UNSURE)


def _thanked() -> Exists:
    """Whether the giver of an answer was thanked for it, or for another answer of the wave."""
    same_person = Q(person__isnull=False, person=OuterRef("person"))
    same_user = Q(user__isnull=False, user=OuterRef("user"))
    return Exists(
        Thanks.objects.filter(
            Q(response=OuterRef("pk")) | same_person | same_user, wave=OuterRef("wave")
        )
    )


def respondents(wave: Wave, *, among: Q | None = None, state: str = "") -> QuerySet[Response]:
    """The answers that name somebody to thank, by customer; none of an anonymous wave."""
    if wave.is_anonymous:
        return Response.objects.none()
    found = handed_in(wave).filter(Q(person__isnull=False) | Q(user__isnull=False))
    if among is not None:
        found = found.filter(account__in=Account.objects.filter(among).values("pk"))
    if state == LEFT:
        found = found.exclude(_thanked())
    elif state == THANKED:
        found = found.filter(_thanked())
    elif state == STUCK:
        stuck = Thanks.objects.filter(response=OuterRef("pk"), state__in=STUCK_STATES)
        found = found.filter(Exists(stuck))
    return found.select_related("person", "user", "account__owner").order_by(
        F("account__name").asc(nulls_last=True), "pk"
    )


def to_thank(user: User, wave: Wave, *, among: Q | None = None) -> QuerySet[Response]:
    """Those who are not thanked yet and whom this user may write to."""
    theirs = changeable_by(user) if among is None else changeable_by(user) & among
    return respondents(wave, among=theirs, state=LEFT)


def opted_out_of(addresses: Iterable[str]) -> Callable[[str], bool]:
    """Tells of these addresses whether their owner asked not to be written to."""
    hashes = {address: address_hash(address) for address in addresses if address}
    found: set[str] = set()
    for some in slices(list(hashes.values())):
        found.update(OptOut.objects.filter(address__in=some).values_list("address", flat=True))
    return lambda address: hashes.get(address, "") in found


def counts(wave: Wave) -> dict[str, int]:
    """How many answers name somebody, and how many of those are thanked or stuck."""
    return {"all": respondents(wave).count()} | {
        state: respondents(wave, state=state).count() for state in STATES
    }
