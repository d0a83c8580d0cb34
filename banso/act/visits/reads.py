from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from banso.act.signals.reads import customers_of_today, last_watch, value_ranks
from banso.act.signals.rules import ValueRanks
from banso.act.visits import rules
from banso.act.visits.models import Finding, Thanks, Visit
from banso.know.accounts.models import Account, TouchModel
from banso.know.accounts.reads import account_for, may_change
from banso.listen.invitations.models import Invitation
from banso.listen.surveys import meanings
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.reads import handed_in
from banso.shared import clock
from banso.shared.users.models import User

MINE, TEAM, NOBODY = "mine", "team", "nobody"
SAID = {
    rules.DETRACTOR: Q(recommend__lte=rules.DETRACTORS_UP_TO),
    rules.BELOW: Q(leaf=meanings.BELOW),
    rules.WAITING: Q(leaf=meanings.WAITING),
    rules.NOT_CONSULTED: Q(leaf=meanings.NOT_CONSULTED),
    rules.NOT_MISSED: Q(miss=rules.NOT_MISSED_AT),
    rules.ABOVE: Q(leaf=meanings.ABOVE),
}
"""The conditions of ``rules.reasons_of_answer`` for the database."""


def waves() -> list[Wave]:
    """Waves with answers, the newest first."""
    answered = Response.objects.filter(wave=OuterRef("pk"), submitted_on__isnull=False)
    found = Wave.objects.filter(Exists(answered)).select_related("survey", "version")
    return list(found.order_by("-opens_on", "-pk"))


def wave_asked(pk: int | None) -> Wave | None:
    """The wave asked for, or the newest with answers: one that names people before others."""
    found = waves()
    named = next((wave for wave in found if not wave.is_anonymous), None)
    return next((wave for wave in found if wave.pk == pk), named or next(iter(found), None))


def owned_by(user: User, owner: str) -> Q:
    """Accounts of an owner: "mine", "team", "nobody", a user's number, or everybody's."""
    if owner == MINE:
        return Q(owner=user)
    if owner == TEAM and user.team_id is not None:
        return Q(owner__team=user.team_id)
    if owner == NOBODY:
        return Q(owner=None)
    return Q(owner=int(owner)) if owner.isdecimal() and len(owner) < 18 else Q()


def candidates(wave: Wave, among: Q) -> list[rules.Candidate]:
    """The customers of today that a wave gives a reason to visit, the most pressing first."""
    if wave.is_anonymous:
        return []
    ranks = _ranks()
    customers = customers_of_today(clock.today()).filter(among)
    answers = handed_in(wave).filter(account__in=customers.values("pk")).order_by()
    counts = {key: Count("pk", filter=said) for key, said in SAID.items()}
    any_reason = Q()
    for said in SAID.values():
        any_reason |= said
    facts = ("account", "account__name", "account__currency", "account__mrr_minor")
    rows = answers.filter(any_reason).values(*facts).annotate(**counts)
    found = [
        rules.Candidate(pk, name, ranks.of(currency, amount), dict(zip(SAID, counted, strict=True)))
        for pk, name, currency, amount, *counted in rows.values_list(*facts, *SAID).iterator()
    ]
    silent = customers.filter(_is_key(ranks) & _was_asked(wave)).exclude(
        pk__in=answers.filter(account__isnull=False).values("account")
    )
    told = silent.values_list("pk", "name", "currency", "mrr_minor").iterator()
    found += [
        rules.Candidate(pk, name, ranks.of(currency, amount), {rules.SILENT: 1})
        for pk, name, currency, amount in told
    ]
    return rules.in_order(found)


def _ranks() -> ValueRanks:
    """As signals reckoned them last; reckoned now before their first look."""
    watch = last_watch()
    return ValueRanks.of_steps(watch.value_steps) if watch else value_ranks()


def _is_key(ranks: ValueRanks) -> Q:
    """A key customer: high touch, or among the fifth that pays most in its currency."""
    key = Q(touch_model=TouchModel.HIGH)
    for currency, amounts in ranks.steps.items():
        high = [one for one in amounts if ranks.of(currency, one) >= rules.KEY_FROM_RANK]
        if high:
            key |= Q(currency=currency, mrr_minor__gte=min(high))
    return key


def _was_asked(wave: Wave) -> Q:
    """Customers where somebody was written to; everybody of a wave that wrote to nobody."""
    sent = Invitation.objects.filter(wave=wave, sent_at__isnull=False, account__isnull=False)
    return Q(pk__in=sent.values("account")) if sent.exists() else Q()


@dataclass
class Line:
    """A customer to visit, as the list shows it."""

    account: Account
    reasons: list[str]
    counts: Mapping[str, int]
    people: list[Response] = field(default_factory=list)
    visit: Visit | None = None
    may_change: bool = False


def lines(user: User, wave: Wave, chosen: Sequence[rules.Candidate]) -> list[Line]:
    """One page of candidates with the people behind the reasons and the visit that is planned."""
    ids = [one.account_id for one in chosen]
    accounts = Account.objects.select_related("owner").in_bulk(ids)
    visits = {visit.account_id: visit for visit in visits_of_wave(wave).filter(account__in=ids)}
    people: dict[int, list[Response]] = {}
    for answer in handed_in(wave).filter(account__in=ids).select_related("person", "user"):
        if answer.account_id is not None and reasons_of(answer):
            people.setdefault(answer.account_id, []).append(answer)
    return [
        Line(
            accounts[one.account_id], one.reasons, one.counts,
            sorted(people.get(one.account_id, []), key=_pressing),
            visits.get(one.account_id), may_change(user, accounts[one.account_id]),
        )
        for one in chosen
    ]  # fmt: skip


def reasons_of(answer: Response) -> list[str]:
    return rules.reasons_of_answer(answer.leaf, answer.recommend, answer.miss)


def _pressing(answer: Response) -> tuple[int, int]:
    return (rules.REASONS.index(reasons_of(answer)[0]), answer.pk)


def visits_of_wave(wave: Wave) -> QuerySet[Visit]:
    """The visits that were not called off; of several for one customer the newest is read last."""
    return Visit.objects.filter(wave=wave, called_off_at=None).order_by("pk")


def visited(wave: Wave) -> dict[int, str]:
    """account -> "open" or "held" for the customers whose visit stands."""
    rows = visits_of_wave(wave).values_list("account", "held_on")
    return {pk: rules.HELD if held_on else rules.OPEN for pk, held_on in rows}


def visits_asked(user: User, *, owner: str, state: str) -> QuerySet[Visit]:
    """Planned ones by day with undated ones last, then held ones."""
    of_owner = Account.objects.filter(owned_by(user, owner)).values("pk")
    found = Visit.objects.filter(account__in=of_owner) if owner else Visit.objects.all()
    if state == rules.HELD:
        found = found.filter(held_on__isnull=False).order_by("-held_on", "-pk")
    elif state == rules.CALLED_OFF:
        found = found.filter(called_off_at__isnull=False).order_by("-called_off_at", "-pk")
    else:
        found = found.filter(held_on=None, called_off_at=None).order_by("planned_on", "pk")
    return found.select_related("account__owner", "wave__survey").prefetch_related("goers")


def visits_for_programs(
    *, state: str, account_id: int | None, wave_id: int | None
) -> QuerySet[Visit]:
    """The visits in a state ("all": in any) that meet every condition that says something."""
    found = Visit.objects.prefetch_related("goers")
    if account_id is not None:
        found = found.filter(account=account_id)
    if wave_id is not None:
        found = found.filter(wave=wave_id)
    in_state = {
        rules.OPEN: Q(held_on=None, called_off_at=None),
        rules.HELD: Q(held_on__isnull=False),
        rules.CALLED_OFF: Q(called_off_at__isnull=False),
    }
    return found.filter(in_state[state]) if state in in_state else found


def visit_by_id(pk: int) -> Visit:
    """One visit for a program whose key may read them, or a 404."""
    return get_object_or_404(Visit.objects.prefetch_related("goers"), pk=pk)


def findings_for_programs(
    *, kind: str, account_id: int | None, visit_id: int | None, owner: str
) -> QuerySet[Finding]:
    """What visits brought, of those that meet every condition that says something."""
    said = {"kind": kind, "account": account_id, "visit": visit_id, "owner__email__iexact": owner}
    wanted = {name: value for name, value in said.items() if value not in (None, "")}
    return Finding.objects.filter(**wanted).select_related("owner", "task")


def visit_for(pk: int) -> Visit:
    """One visit, or a 404; everybody signed in sees every visit."""
    found = Visit.objects.select_related("account__owner", "wave__survey", "wave__version", "by")
    return get_object_or_404(found, pk=pk)


def visit_to_change(user: User, pk: int) -> Visit:
    """The same, 403 where its customer is not this user's to change."""
    visit = visit_for(pk)
    if not may_change(user, visit.account):
        raise PermissionDenied
    return visit


def account_to_visit(user: User, pk: int) -> Account:
    account = account_for(user, pk)
    if not may_change(user, account):
        raise PermissionDenied
    return account


def visits_of(account_id: int) -> list[Visit]:
    found = Visit.objects.filter(account=account_id, called_off_at=None)
    return list(found.select_related("wave__survey").prefetch_related("goers").order_by("-pk")[:5])


def answers_of(wave: Wave, account_id: int) -> list[Response]:
    """What the people of a customer answered in a wave; nobody of an anonymous one."""
    if wave.is_anonymous:
        return []
    found = handed_in(wave).filter(account=account_id).select_related("person", "user", "version")
    return list(found.order_by("submitted_on", "pk"))


def findings() -> QuerySet[Finding]:
    """Everything that visits brought, the newest first."""
    found = Finding.objects.select_related("account", "visit", "owner", "task", "wave__version")
    return found.order_by("-created_at", "-pk")


def findings_asked(user: User, *, kind: str, owner: str, about: str) -> QuerySet[Finding]:
    """Of a kind, of an owner's customers, about a kind of trouble or a leaf ("leaf:below")."""
    found = findings()
    if kind in Finding.Kind.values:
        found = found.filter(kind=kind)
    if owner:
        of_owner = Account.objects.filter(owned_by(user, owner)).values("pk")
        found = found.filter(account__in=of_owner)
    meaning, sep, value = about.partition(":")
    return found.filter(meaning=meaning, value=value) if sep else found


def finding_counts() -> dict[str, int]:
    """How many findings there are, how many became tasks, and how many of those are done."""
    return Finding.objects.aggregate(
        found=Count("pk"),
        tasks=Count("task"),
        done=Count("pk", filter=Q(task__done_at__isnull=False)),
    )


def two_waves(before: int | None, after: int | None) -> tuple[Wave | None, Wave | None]:
    """The waves asked for, the earlier one first; else the last two of the newest one's survey.

    Of a survey with one wave: that one, and nothing after it yet.
    """
    found = waves()
    chosen = [wave for wave in found if wave.pk in (before, after)]
    if len(chosen) == 2 and chosen[0].survey_id == chosen[1].survey_id:
        return chosen[1], chosen[0]
    if len(chosen) == 1 and after is None:
        return chosen[0], None
    own = [wave for wave in found if wave.survey_id == found[0].survey_id] if found else []
    if len(own) > 1:
        return own[1], own[0]
    return (own[0] if own else None), None


def findings_of(account_ids: Iterable[int]) -> QuerySet[Finding]:
    return findings().filter(account__in=list(account_ids))


def thanks_by_response(answers: Iterable[Response]) -> dict[int, Thanks]:
    """response -> how its giver was thanked, by this answer or by another of the same wave."""
    answers = list(answers)
    by_wave = {answer.wave_id for answer in answers}
    people = {answer.person_id for answer in answers if answer.person_id}
    users = {answer.user_id for answer in answers if answer.user_id}
    found = Thanks.objects.filter(
        Q(response__in=[answer.pk for answer in answers])
        | Q(wave__in=by_wave, person__in=people)
        | Q(wave__in=by_wave, user__in=users)
    ).select_related("by")
    own: dict[tuple[str, int | None], Thanks] = {}
    for thanks in found:
        own[("response", thanks.response_id)] = thanks
        if thanks.person_id:
            own[("person", thanks.person_id)] = thanks
        if thanks.user_id:
            own[("user", thanks.user_id)] = thanks
    told = {}
    for answer in answers:
        keys = (("response", answer.pk), ("person", answer.person_id), ("user", answer.user_id))
        hit = next((own[key] for key in keys if key in own), None)
        if hit is not None:
            told[answer.pk] = hit
    return told
