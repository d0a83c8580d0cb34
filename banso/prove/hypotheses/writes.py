from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.prove.hypotheses import rules
from banso.prove.hypotheses.chain import FIRST, canonical, digest_of
from banso.prove.hypotheses.checking import Checked
from banso.prove.hypotheses.models import (
    Check,
    EntryKind,
    Hypothesis,
    LedgerEntry,
    Level,
    Origin,
    OwnOutcome,
    Reading,
)
from banso.prove.hypotheses.own import counts_as_come
from banso.prove.hypotheses.reads import JOB, Segment, latest_check, looks_of, meaning_of
from banso.prove.hypotheses.records import claim_of, outcome_of, own_outcome
from banso.prove.studies.models import Finding, Verdict
from banso.shared import clock
from banso.shared.fields.models import FieldDefinition, Holder, Kind
from banso.shared.journal.models import Job
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation


@transaction.atomic
def write_down(
    *,
    by: User,
    statement: str,
    metric: MetricDefinition,
    outcome: str,
    direction: str,
    smallest: float,
    every_months: int,
    next_check_on: date,
    owner: User,
    compare: str = "",
    threshold: float | None = None,
    segment: Segment | None = None,
    found_in: Finding | None = None,
    replaces: Hypothesis | None = None,
) -> Hypothesis:
    """Write a hypothesis into the ledger; from now on its claim stays as it is.

    One that the Evidence page found the same way begins as associated: that was its first time.
    """
    shape, params = meaning_of(metric)
    today = clock.today(organisation().time_zone)
    hypothesis = Hypothesis(
        statement=statement, metric=metric, metric_version=metric.version, metric_shape=shape,
        metric_params=params, compare=compare, threshold=threshold, outcome=outcome,
        direction=direction, smallest=smallest, every_months=every_months, author=by, owner=owner,
        registered_at=clock.now(), registered_on=today, look_from=today,
        next_check_on=next_check_on, found_in=found_in, replaces=replaces,
        own_outcome=own_outcome(outcome),
    )  # fmt: skip
    if segment is not None:
        hypothesis.segment_key, hypothesis.segment_level = segment.key, segment.level
        hypothesis.segment_en, hypothesis.segment_ja = segment.name_en, segment.name_ja
    if found_in is not None and _said_the_same(hypothesis, found_in):
        hypothesis.level = Level.ASSOCIATED
    hypothesis.save()
    hypothesis.first_entry = _link(EntryKind.WRITTEN, hypothesis, claim_of(hypothesis))
    hypothesis.save(update_fields=["first_entry"])
    record("hypothesis.written", by=by, hypothesis=hypothesis.pk, owner=owner.pk)
    enqueue(JOB, key=JOB, asked=True)
    return hypothesis


def _said_the_same(hypothesis: Hypothesis, finding: Finding) -> bool:
    """Whether the finding is this very claim: same metric, same direction, all customers."""
    plain = not hypothesis.compare and not hypothesis.segment_key
    same = finding.numbers.get("direction") == hypothesis.direction
    is_renewal = hypothesis.outcome == "renewal"
    return plain and same and is_renewal and finding.verdict == Verdict.ASSOCIATED


def _link(kind: EntryKind, hypothesis: Hypothesis, content: dict[str, Any]) -> LedgerEntry:
    """The next link of the chain; whoever comes at the same time waits for the one before."""
    LedgerEntry.objects.select_for_update().order_by("-number").first()
    last = LedgerEntry.objects.order_by("-number").first()
    number, before = (last.number + 1, last.digest) if last else (1, FIRST)
    moment, text = clock.now().isoformat(), canonical(content)
    digest = digest_of(number=number, before=before, moment=moment, kind=kind, content=text)
    return LedgerEntry.objects.create(
        number=number, kind=kind, hypothesis_number=hypothesis.pk, moment=moment, content=text,
        before=before, digest=digest,
    )  # fmt: skip


@transaction.atomic
def ask_for_check(*, by: User) -> Job:
    """Check all open hypotheses soon."""
    record("hypotheses.check_asked", by=by)
    return enqueue(JOB, key=JOB, asked=True)


def keep_checks(checked: Sequence[Checked], *, today: date, asked: bool) -> list[Check]:
    """Keep what is due, what was asked for and says something new, and every look that opened."""
    kept = [keep_check(each, today=today, asked=asked) for each in checked]
    return [check for check in kept if check is not None]


@transaction.atomic
def keep_check(checked: Checked, *, today: date, asked: bool) -> Check | None:
    """Keep one check and move the hypothesis; None where nothing is to be kept.

    A hypothesis that was looked at meanwhile is left alone: its decisions were used.
    """
    hypothesis = Hypothesis.objects.select_for_update().get(pk=checked.hypothesis.pk)
    if hypothesis.retired_at or hypothesis.look_from != checked.hypothesis.look_from:
        return None
    due = hypothesis.next_check_on <= today
    opened, last = checked.new is not None, latest_check(hypothesis)
    if not (due or opened or last is None or (asked and _told(last) != _told(checked))):
        return None
    figures = dict(checked.figures)
    if opened:
        figures["drift"] = _drift(hypothesis, figures["new"])
    after, contrary = rules.moved(hypothesis.level, hypothesis.contrary, checked.result)  # type: ignore[arg-type]
    check = Check(
        hypothesis=hypothesis, at=clock.now(), data_cut=checked.data_cut,
        since=hypothesis.look_from, until=checked.until if opened else None, opened=opened,
        result=checked.result, level_before=hypothesis.level,
        level_after=after if opened else hypothesis.level, figures=figures,
        expected_by=checked.next_look_by if opened else checked.plan.expected_by,
    )  # fmt: skip
    check.entry = _link(EntryKind.CHECKED, hypothesis, outcome_of(check))
    check.save()
    if opened:
        hypothesis.level, hypothesis.contrary = check.level_after, contrary
        hypothesis.look_from = checked.until
    if due:
        hypothesis.next_check_on = rules.next_check(
            hypothesis.next_check_on, every_months=hypothesis.every_months, today=today
        )
    if check.level_after == Level.RETIRED:
        hypothesis.retired_at, hypothesis.retired_because = check.at, check.result
    hypothesis.save()
    record(
        "hypothesis.checked", by=None, hypothesis=hypothesis.pk, check=check.pk, due=due,
        owner=hypothesis.owner_id, result=check.result, level_before=check.level_before,
        level_after=check.level_after,
    )  # fmt: skip
    return check


def _told(seen: Check | Checked) -> list[Any]:
    """What makes a check another one: the counts and the estimates."""
    plan, whole = seen.figures.get("plan", {}), seen.figures.get("all", {})
    return [plan.get("rows"), plan.get("events"), whole.get("n_rows"), whole.get("log_odds")]


def _drift(hypothesis: Hypothesis, new: dict[str, Any]) -> dict[str, float] | None:
    """Against the look before; of the first one against what was known when it was written."""
    before = looks_of(hypothesis).first()
    earlier = before.figures["new"] if before else None
    if earlier is None:
        first = hypothesis.checks.order_by("pk").first()
        if first is None or first.data_cut is None or first.data_cut > hypothesis.registered_on:
            return None
        earlier = first.figures.get("all")
    if not earlier or earlier.get("log_odds") is None or new.get("log_odds") is None:
        return None
    return rules.drift(earlier, new)


@transaction.atomic
def plan_hypothesis(
    *, by: User, hypothesis: Hypothesis, owner: User, next_check_on: date
) -> Hypothesis:
    """Give it to somebody else, or check it on another day; the claim stays."""
    if (owner.pk, next_check_on) == (hypothesis.owner_id, hypothesis.next_check_on):
        return hypothesis
    hypothesis.owner, hypothesis.next_check_on = owner, next_check_on
    hypothesis.save(update_fields=["owner", "next_check_on"])
    content = {
        "hypothesis": hypothesis.pk,
        "owner": owner.pk,
        "next_check_on": next_check_on.isoformat(),
        "by": by.pk,
    }
    _link(EntryKind.PLANNED, hypothesis, content)
    record("hypothesis.planned", by=by, hypothesis=hypothesis.pk, owner=owner.pk)
    return hypothesis


@transaction.atomic
def retire(*, by: User, hypothesis: Hypothesis, because: str) -> Hypothesis:
    """Check it no longer; what was claimed and found stays readable."""
    if hypothesis.retired_at:
        return hypothesis
    hypothesis.retired_at, hypothesis.level = clock.now(), Level.RETIRED
    hypothesis.retired_because = because[:300]
    hypothesis.save(update_fields=["retired_at", "level", "retired_because"])
    content = {"hypothesis": hypothesis.pk, "because": because[:300], "by": by.pk}
    _link(EntryKind.RETIRED, hypothesis, content)
    record("hypothesis.retired", by=by, hypothesis=hypothesis.pk)
    return hypothesis


@transaction.atomic
def register_outcome(
    *,
    by: User,
    name: str,
    aim: str,
    origin: str,
    params: Mapping[str, Any],
    counts: str,
    compare: str = "",
) -> OwnOutcome:
    """Say what counts as come, before any hypothesis about it; read the answers there are."""
    if not by.may("define"):
        raise PermissionDenied
    made = OwnOutcome.objects.create(
        name=name, aim=aim, origin=origin, params=dict(params), compare=compare, counts=counts,
        by=by, created_at=clock.now(),
    )  # fmt: skip
    record("outcome.registered", by=by, outcome=made.pk, name=name, origin=origin)
    take_readings()
    return made


@transaction.atomic
def take_readings() -> int:
    """Keep every answer with its day that is not kept yet; how many these are.

    The next file may overwrite the fields: what was read once stays as it was.
    """
    today, found = clock.today(organisation().time_zone), 0
    fields = OwnOutcome.objects.filter(origin=Origin.FIELD, retired_at=None)
    for outcome in fields.select_for_update():
        new = _new_readings(outcome, today)
        Reading.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
        if new:
            record("outcome.read", by=None, outcome=outcome.pk, readings=len(new))
        found += len(new)
    return found


def _new_readings(outcome: OwnOutcome, today: date) -> list[Reading]:
    known = set(Reading.objects.filter(outcome=outcome).values_list("account_id", "on"))
    answered, dated = outcome.params["field"], outcome.params["dated"]
    number = FieldDefinition.objects.filter(
        holder=Holder.ACCOUNT, key=answered, kind=Kind.NUMBER
    ).exists()
    made = []
    rows = Account.objects.exclude(custom={}).values_list("pk", "custom")
    for pk, custom in rows.iterator(chunk_size=20_000):
        try:
            on = date.fromisoformat(str(custom.get(dated, "")))
        except ValueError:
            continue
        value = custom.get(answered)
        text = "" if value is None else str(value)
        came = counts_as_come(text, number=number, counts=outcome.counts)
        if came is None or on > today or (pk, on) in known:
            continue
        reading = Reading(outcome=outcome, account_id=pk, on=on, value=text[:200], came=came)
        reading.read_at = clock.now()
        made.append(reading)
    return made


@transaction.atomic
def retire_outcome(*, by: User, outcome: OwnOutcome) -> None:
    """No new hypothesis may be about it; those there are go on."""
    if not by.may("define"):
        raise PermissionDenied
    if outcome.retired_at is None:
        outcome.retired_at = clock.now()
        outcome.save(update_fields=["retired_at"])
        record("outcome.retired", by=by, outcome=outcome.pk, name=outcome.name)
