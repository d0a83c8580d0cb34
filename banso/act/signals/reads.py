from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
)

from banso.act.signals.kinds import Kind, kinds
from banso.act.signals.models import Signal, SignalRule, Watch
from banso.act.signals.rules import ValueRanks
from banso.know.accounts.models import Account, Stage
from banso.know.subscriptions.models import Outcome, Subscription
from banso.measure.health.rules import is_stale
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.reads import last_event_of_all

CONTACTS_WITHIN_DAYS = 90


def customers_of_today(today: date) -> QuerySet[Account]:
    """Accounts that are customers now: not left, and not with terms that are all over."""
    terms = Subscription.objects.filter(account=OuterRef("pk"))
    running = terms.filter(Q(end__gte=today) | (Q(end=None) & ~Q(outcome=Outcome.CHURNED)))
    return Account.objects.exclude(stage=Stage.LEFT).filter(
        Q(next_renewal_on__gte=today) | ~Exists(terms) | Exists(running)
    )


def long_enough_terms(days: int) -> Q:
    """Accounts with a term longer than so many days: a monthly renewal is near every day."""
    length = ExpressionWrapper(F("end") - F("start"), output_field=DurationField())
    terms = Subscription.objects.filter(account=OuterRef("pk"), is_trial=False).annotate(
        length=length
    )
    return Q(
        Exists(
            terms.filter(
                (Q(end=None) | Q(outcome=Outcome.RENEWED)) & Q(term_months__gt=days // 30)
                | Q(end__gte=OuterRef("next_renewal_on"), length__gt=timedelta(days=days))
            )
        )
    )


def measures_of(accounts: QuerySet[Account]) -> QuerySet[AccountMeasures]:
    return AccountMeasures.objects.filter(account__in=accounts.values("pk"))


def events_arrive(today: date) -> bool:
    """Whether events of any customer came lately; else the feed is silent, not the customers."""
    return not is_stale(last_event_of_all(), today)


def contacts_are_recorded(today: date) -> bool:
    last = Account.objects.aggregate(last=Max("last_contact_on"))["last"]
    return last is not None and (today - last).days <= CONTACTS_WITHIN_DAYS


def value_ranks() -> ValueRanks:
    paying = Account.objects.filter(mrr_minor__gt=0).values_list("currency", "mrr_minor")
    return ValueRanks(
        (currency, amount) for currency, amount in paying.iterator() if amount is not None
    )


def all_settings() -> list[tuple[Kind, bool, Mapping[str, int]]]:
    saved = {rule.kind: rule for rule in SignalRule.objects.all()}
    rows: list[tuple[Kind, bool, Mapping[str, int]]] = []
    for kind in kinds().values():
        rule = saved.get(kind.key)
        rows.append(
            (kind, rule.is_on if rule else True, kind.defaults() | (rule.settings if rule else {}))
        )
    return rows


def watch_of(today: date) -> Watch:
    """What every signal rests on today, besides the account itself; amounts are not filled in."""
    told = [(kind.key, is_on, dict(settings)) for kind, is_on, settings in all_settings()]
    return Watch(
        pk=1,
        as_of=today,
        settings=sha256(json.dumps(told, sort_keys=True).encode()).hexdigest(),
        events_arrive=events_arrive(today),
        contacts_are_recorded=contacts_are_recorded(today),
    )


def last_watch() -> Watch | None:
    return Watch.objects.filter(pk=1).first()


def open_signals() -> QuerySet[Signal]:
    """Open signals of kinds that this version knows, snoozed or not."""
    return Signal.objects.filter(closed_at=None, kind__in=kinds())


def visible_signals(today: date) -> QuerySet[Signal]:
    """Open signals that nobody put off beyond today."""
    return open_signals().filter(Q(snoozed_until=None) | Q(snoozed_until__lte=today))


def open_signals_of(account_id: int) -> QuerySet[Signal]:
    return open_signals().filter(account_id=account_id).order_by("-priority")


def signals_asked(
    today: date, *, account_id: int | None, kind: str, priority_min: int | None, snoozed: bool
) -> QuerySet[Signal]:
    """Open signals that meet every condition that says something."""
    given = {"account_id": account_id, "kind": kind or None, "priority__gte": priority_min}
    signals = open_signals() if snoozed else visible_signals(today)
    said = {name: value for name, value in given.items() if value is not None}
    return signals.filter(**said).select_related("owner")


def reason_of(signal: Signal, today: date) -> str:
    """Why it was raised, in the reader's language, as it stands today."""
    return kinds()[signal.kind].reason(signal.data, today)


def step_of(signal: Signal) -> str:
    """The next step, as the title of a task."""
    return kinds()[signal.kind].step(signal.data)


def step_due_on(signal: Signal, today: date) -> date:
    """When the next step should be done: before what the signal warns of."""
    due = today + timedelta(days=kinds()[signal.kind].step_due_days)
    return min(due, max(signal.due_on, today)) if signal.due_on else due


def open_counts() -> dict[str, int]:
    """How many signals of each kind are open, snoozed ones too."""
    rows = open_signals().order_by().values_list("kind").annotate(n=Count("pk"))
    return dict(rows)
