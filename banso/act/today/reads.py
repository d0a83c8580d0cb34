from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.utils.functional import cached_property

from banso.act.signals.kinds import Kind, kinds
from banso.act.signals.models import Signal
from banso.act.signals.reads import open_signals, reason_of, step_of, visible_signals
from banso.act.tasks.models import Task
from banso.act.tasks.reads import account_to_act_on, open_tasks_by_signal
from banso.act.tasks.rules import MINE, TEAM
from banso.act.today.rules import HORIZONS, PAGE_SIZE
from banso.know.accounts.models import Account, Stage
from banso.know.accounts.reads import may_change
from banso.measure.health.reads import borders_in_force
from banso.measure.health.rules import DEFAULT_BORDERS, Borders, band
from banso.shared.journal.models import Entry
from banso.shared.money import shown
from banso.shared.users.models import User

NEXT_RENEWALS = 5


@dataclass(frozen=True)
class Line:
    """One signal in words, with its next step or the task that was made of it."""

    signal: Signal
    kind: Kind
    reason: str
    step: str
    task: Task | None


@dataclass
class Card:
    """One customer that needs somebody, with all its reasons."""

    account: Account
    may_act: bool
    lines: list[Line] = field(default_factory=list)
    borders: Borders = DEFAULT_BORDERS

    @property
    def money(self) -> str:
        return shown(self.account.mrr_minor, self.account.currency)

    @property
    def band(self) -> str:
        return "" if self.account.health is None else band(self.account.health, self.borders)


def customers(user: User, scope: str) -> QuerySet[Account]:
    """The accounts in scope that have not left, whether told so or by terms that are all over."""
    there = Account.objects.filter(_owned(user, scope)).exclude(stage=Stage.LEFT)
    return there.exclude(next_renewal_on=None, mrr_minor=0)


def _owned(user: User, scope: str) -> Q:
    if scope == MINE:
        return Q(owner=user.pk)
    if scope == TEAM:
        return Q(owner__in=User.objects.filter(team=user.team_id).values("pk"))
    return Q()


def signals_in(user: User, scope: str, today: date) -> QuerySet[Signal]:
    """Signals to be seen today in scope; for everybody the signals' own index is enough."""
    visible = visible_signals(today)
    owned = _owned(user, scope)
    return (
        visible.filter(account__in=Account.objects.filter(owned).values("pk")) if owned else visible
    )


class Ranking(Paginator[int]):
    """Pages of account ids whose number was counted already."""

    def __init__(self, ids: QuerySet[Signal, int], *, count: int) -> None:
        super().__init__(ids, PAGE_SIZE)
        self.counted = count

    @cached_property
    def count(self) -> int:
        return self.counted


def ranked(signals: QuerySet[Signal], kind: str) -> QuerySet[Signal, int]:
    """Accounts by the sum of their signals' priorities; with a kind only those that have it."""
    if kind:
        signals = signals.filter(account__in=signals.filter(kind=kind).values("account"))
    totals = signals.order_by().values("account_id").annotate(total=Sum("priority"))
    return totals.order_by("-total", "account_id").values_list("account_id", flat=True)


def accounts_in(signals: QuerySet[Signal]) -> int:
    """How many accounts these signals are about."""
    return signals.order_by().values("account_id").distinct().count()


def counts_by_kind(signals: QuerySet[Signal]) -> list[tuple[Kind, int]]:
    """How many accounts have each kind, in the catalogue's order."""
    found = dict(signals.order_by().values_list("kind").annotate(n=Count("pk")))
    return [(kind, found[key]) for key, kind in kinds().items() if found.get(key)]


def cards(user: User, account_ids: Sequence[int], today: date) -> list[Card]:
    """The cards of these accounts in this order, each with the signals to be seen today."""
    accounts = Account.objects.select_related("owner").in_bulk(account_ids)
    by_account: dict[int, list[Signal]] = defaultdict(list)
    signals = list(
        visible_signals(today).filter(account__in=account_ids).order_by("-priority", "pk")
    )
    for signal in signals:
        by_account[signal.account_id].append(signal)
    tasks = open_tasks_by_signal(signal.pk for signal in signals)
    made = []
    borders = borders_in_force()
    for pk in account_ids:
        if account := accounts.get(pk):
            card = Card(account, may_change(user, account), borders=borders)
            card.lines = [_line(signal, tasks.get(signal.pk), today) for signal in by_account[pk]]
            made.append(card)
    return made


def _line(signal: Signal, task: Task | None, today: date) -> Line:
    return Line(signal, kinds()[signal.kind], reason_of(signal, today), step_of(signal), task)


def signal_to_answer(user: User, pk: int) -> Signal:
    """An open signal of a customer that the user may change: 404 where there is none, 403 else."""
    signal = open_signals().filter(pk=pk).first()
    if signal is None:
        raise Http404
    signal.account = account_to_act_on(user, signal.account_id)
    return signal


def renewals_within(user: User, scope: str, today: date) -> dict[int, int]:
    """How many customers renew within 30, 60 and 90 days."""
    last = today + timedelta(days=max(HORIZONS))
    near = customers(user, scope).filter(next_renewal_on__range=(today, last))
    counted = near.aggregate(
        **{
            f"within_{days}": Count(
                "pk", filter=Q(next_renewal_on__lte=today + timedelta(days=days))
            )
            for days in HORIZONS
        }
    )
    return {days: counted[f"within_{days}"] for days in HORIZONS}


def next_renewals(user: User, scope: str, today: date) -> list[Account]:
    ahead = customers(user, scope).filter(next_renewal_on__gte=today)
    return list(ahead.order_by("next_renewal_on", "pk")[:NEXT_RENEWALS])


def looked_at() -> bool:
    """Whether signals were ever computed."""
    return Entry.objects.filter(kind="signals.refreshed").exists()
