from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from banso.act.signals.kinds import Found, Kind, kinds
from banso.act.signals.models import ClosedReason, Signal, SignalRule, Watch
from banso.act.signals.reads import (
    all_settings,
    customers_of_today,
    last_watch,
    value_ranks,
    watch_of,
)
from banso.act.signals.rules import ValueRanks, priority
from banso.know.accounts.models import Account
from banso.shared import clock
from banso.shared.journal.reads import changes_for
from banso.shared.journal.writes import enqueue, forget_changes, record, record_many
from banso.shared.users.models import User

CHUNK = 2000
FOLLOWER = "signals.refresh"


@dataclass
class Counts:
    """What one refresh did for one kind."""

    holds: int = 0
    raised: int = 0
    ended: int = 0

    def add(self, other: Counts) -> None:
        self.holds += other.holds
        self.raised += other.raised
        self.ended += other.ended


@dataclass(frozen=True)
class Worth:
    """What an account adds to a signal besides the condition itself."""

    owner_id: int | None
    rank: float


def refresh_signals(*, today: date) -> dict[str, Counts]:
    """Raise, renew and end the signals of all accounts; twice is as once."""
    return _look(today, everybody=True)


def follow_changes(*, today: date) -> dict[str, Counts]:
    """Look at the accounts that health saw change since the last time.

    At everybody on another day, after other settings, and when events or contacts begin or cease
    to come. Changes are forgotten last: a run that dies is repeated.
    """
    return _look(today, everybody=False)


def _look(today: date, *, everybody: bool) -> dict[str, Counts]:
    told, before, now = changes_for(FOLLOWER), last_watch(), watch_of(today)
    everybody = everybody or before is None or not _rests_on_the_same(before, now)
    if before is None or everybody:
        ranks = value_ranks()
        now.value_steps = ranks.steps
        done = _look_at(today, ranks, None)
    else:
        ranks, now.value_steps = ValueRanks.of_steps(before.value_steps), before.value_steps
        done = {}
        for ids in _chunks(sorted(set(told.values()))):
            for key, count in _look_at(today, ranks, ids).items():
                done.setdefault(key, Counts()).add(count)
    with transaction.atomic():
        forget_changes(list(told))
        if everybody:
            now.save()
            counts = {key: vars(count) for key, count in done.items()}
            record("signals.refreshed", by=None, as_of=today.isoformat(), kinds=counts)
    return done


def _rests_on_the_same(before: Watch, now: Watch) -> bool:
    names = ("as_of", "settings", "events_arrive", "contacts_are_recorded")
    return all(getattr(before, name) == getattr(now, name) for name in names)


def _look_at(
    today: date, ranks: ValueRanks, account_ids: Sequence[int] | None
) -> dict[str, Counts]:
    accounts = customers_of_today(today)
    if account_ids is not None:
        accounts = accounts.filter(pk__in=account_ids)
    done = {}
    for kind, is_on, settings in all_settings():
        found = {f.account_id: f for f in kind.detect(accounts, today, settings)} if is_on else {}
        done[kind.key] = _bring_to(kind, found, ranks, account_ids)
    return done


def _bring_to(
    kind: Kind, found: Mapping[int, Found], ranks: ValueRanks, account_ids: Sequence[int] | None
) -> Counts:
    """Make the holding signals of a kind equal to what was found."""
    holding = Signal.objects.filter(kind=kind.key, holds=True)
    if account_ids is not None:
        holding = holding.filter(account_id__in=account_ids)
    known = {signal.account_id: signal for signal in holding.iterator(chunk_size=CHUNK)}
    counts = Counts(holds=len(found))
    over = [signal for account_id, signal in known.items() if account_id not in found]
    for chunk in _chunks(over):
        counts.ended += _end(chunk)
    for ids in _chunks(sorted(found)):
        worth = _worth(ids, ranks)
        _renew([known[i] for i in ids if i in known], found, worth)
        new = [found[i] for i in ids if i not in known and i in worth]
        counts.raised += _raise(kind, new, worth)
    return counts


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _worth(ids: Sequence[int], ranks: ValueRanks) -> dict[int, Worth]:
    rows = Account.objects.filter(pk__in=ids).values_list("pk", "owner_id", "currency", "mrr_minor")
    return {pk: Worth(owner, ranks.of(currency, amount)) for pk, owner, currency, amount in rows}


@transaction.atomic
def _raise(kind: Kind, new: Sequence[Found], worth: Mapping[int, Worth]) -> int:
    now = clock.now()
    Signal.objects.bulk_create(
        Signal(
            account_id=f.account_id,
            kind=kind.key,
            data=f.data,
            priority=priority(f.urgency, worth[f.account_id].rank),
            raised_at=now,
            due_on=f.due_on,
            owner_id=worth[f.account_id].owner_id,
        )
        for f in new
    )
    rows = [(f.account_id, {"signal": kind.key, "data": f.data}) for f in new]
    record_many("signal.raised", by=None, rows=rows)
    return len(new)


@transaction.atomic
def _renew(
    signals: Sequence[Signal], found: Mapping[int, Found], worth: Mapping[int, Worth]
) -> None:
    """Keep what changed in facts and priority; the dates of raising and snoozing stay."""
    changed = []
    for signal in signals:
        now = found[signal.account_id]
        weight = priority(now.urgency, worth[signal.account_id].rank)
        if (signal.data, signal.priority, signal.due_on) != (now.data, weight, now.due_on):
            signal.data, signal.priority, signal.due_on = now.data, weight, now.due_on
            changed.append(signal)
    Signal.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["data", "priority", "due_on"],
    )


@transaction.atomic
def _end(signals: Sequence[Signal]) -> int:
    """The condition is over: open ones close, dismissed ones may be raised again one day."""
    ids = [signal.pk for signal in signals]
    still_open = [signal for signal in signals if signal.closed_at is None]
    Signal.objects.filter(pk__in=ids, closed_at=None).update(
        closed_at=clock.now(), closed_reason=ClosedReason.ENDED, holds=False
    )
    Signal.objects.filter(pk__in=ids).update(holds=False)
    rows = [(s.account_id, {"signal": s.kind, "data": s.data}) for s in still_open]
    record_many("signal.ended", by=None, rows=rows)
    return len(still_open)


@transaction.atomic
def snooze(*, by: User, signal: Signal, until: date) -> Signal:
    """Put a signal off; it is shown again from that day on while its condition holds."""
    signal.snoozed_until = until
    signal.save(update_fields=["snoozed_until"])
    record(
        "signal.snoozed",
        by=by,
        account_id=signal.account_id,
        signal=signal.kind,
        until=until.isoformat(),
    )
    return signal


@transaction.atomic
def dismiss(*, by: User, signal: Signal, note: str) -> Signal:
    """Close a signal with a reason; it is raised again when its condition ended and came back."""
    signal.closed_at, signal.closed_by = clock.now(), by
    signal.closed_reason, signal.closed_note = ClosedReason.DISMISSED, note
    signal.save(update_fields=["closed_at", "closed_by", "closed_reason", "closed_note"])
    record("signal.dismissed", by=by, account_id=signal.account_id, signal=signal.kind, note=note)
    return signal


@transaction.atomic
def save_rule(*, by: User, kind: str, is_on: bool, settings: Mapping[str, int]) -> SignalRule:
    """Settle when a kind of signal is raised; all are looked at again soon."""
    if kind not in kinds():
        raise ValueError(f"no signal is called {kind!r}: one of {', '.join(kinds())}")
    rule, _ = SignalRule.objects.update_or_create(
        kind=kind, defaults={"is_on": is_on, "settings": dict(settings)}
    )
    record("signal_rule.saved", by=by, signal=kind, is_on=is_on, settings=dict(settings))
    enqueue(FOLLOWER, key=FOLLOWER)
    return rule
