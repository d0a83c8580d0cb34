from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from banso.act.tasks.writes import add_task
from banso.act.visits.models import Finding, Thanks, ThanksWords, Visit
from banso.act.visits.thanking import STUCK_STATES, opted_out_of, to_thank
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.accounts.writes import set_figures
from banso.know.forgetting.registry import Identity, Trace
from banso.listen.surveys.models import Response, Wave
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record, record_many
from banso.shared.users.models import User

SENDER = "visits.thank"


@dataclass
class Thanked:
    """How many were thanked now, and how many cannot or do not want to be written to."""

    now: int = 0
    without_address: int = 0
    opted_out: int = 0


def address_of(answer: Response) -> str:
    holder = answer.person or answer.user
    return holder.email if holder else ""


@transaction.atomic
def thank(*, by: User, wave: Wave, means: str, chosen: Collection[int] | None = None) -> Thanked:
    """Thank those who answered and were not thanked yet; ``chosen`` of them, or all.

    The wave is locked, so that two who thank at the same moment thank nobody twice.
    """
    Wave.objects.select_for_update().get(pk=wave.pk)
    answers = to_thank(by, wave)
    if chosen is not None:
        answers = answers.filter(pk__in=list(chosen))
    done, kept, seen = Thanked(), [], set()
    by_mail = means == Thanks.Means.MAIL
    wants_no_mail = opted_out_of([address_of(answer) for answer in answers] if by_mail else [])
    for answer in answers:
        holder = ("person", answer.person_id) if answer.person_id else ("user", answer.user_id)
        if holder in seen:
            continue
        if by_mail and not address_of(answer):
            done.without_address += 1
            continue
        if by_mail and wants_no_mail(address_of(answer)):
            done.opted_out += 1
            continue
        seen.add(holder)
        kept.append(
            Thanks(
                wave=wave, response=answer, person=answer.person, user=answer.user, means=means,
                state=Thanks.State.OWED if by_mail else Thanks.State.DONE, by=by, at=clock.now(),
            )
        )  # fmt: skip
    Thanks.objects.bulk_create(kept, batch_size=500)
    done.now = len(kept)
    if by_mail and kept:
        enqueue(SENDER, key=f"{SENDER}:{wave.pk}", wave=wave.pk)
    else:
        _tell_thanked(kept, by)
    return done


def _tell_thanked(kept: Iterable[Thanks], by: User | None) -> None:
    rows = [(t.response.account_id, {"means": t.means, "thanks": t.pk}) for t in kept]
    record_many("visit.thanked", by=by, rows=rows)


@transaction.atomic
def try_again(*, by: User, wave: Wave) -> int:
    """Send the mails once more that the mail server refused; those perhaps sent stay alone."""
    failed = Thanks.objects.filter(wave=wave, state=Thanks.State.FAILED)
    count = failed.update(state=Thanks.State.OWED, error="", by=by)
    if count:
        enqueue(SENDER, key=f"{SENDER}:{wave.pk}", wave=wave.pk)
    return count


@transaction.atomic
def settle(*, by: User, thanks: Thanks) -> None:
    """Somebody saw that it was sent, or thanked them otherwise: no longer in doubt."""
    if thanks.state in STUCK_STATES:
        thanks.state, thanks.means, thanks.by = Thanks.State.DONE, Thanks.Means.PERSON, by
        thanks.save(update_fields=["state", "means", "by"])
        _tell_thanked([thanks], by)


def take_next(*, wave_id: int) -> Thanks | None:
    """The next mail to send, marked as being sent before it is: a lost worker never doubles it."""
    owed = Thanks.objects.filter(wave=wave_id, state=Thanks.State.OWED).order_by("pk")
    for pk in owed.values_list("pk", flat=True)[:100]:
        mine = Thanks.objects.filter(pk=pk, state=Thanks.State.OWED)
        if mine.update(state=Thanks.State.SENDING):
            about = ("response__account", "response__wave__version", "person", "user", "by")
            return Thanks.objects.select_related(*about).get(pk=pk)
    return None


@transaction.atomic
def keep_result(*, thanks: Thanks, state: str, error: str = "") -> None:
    thanks.state, thanks.error, thanks.at = state, error[:300], clock.now()
    thanks.save(update_fields=["state", "error", "at"])
    if state == Thanks.State.DONE:
        _tell_thanked([thanks], thanks.by)


def put_off(*, wave_id: int, error: str) -> int:
    """The mail server is away: those that wait are not sent until somebody asks again."""
    owed = Thanks.objects.filter(wave=wave_id, state=Thanks.State.OWED)
    return owed.update(state=Thanks.State.FAILED, error=error[:300])


def doubt_what_was_being_sent(*, wave_id: int) -> int:
    """A worker ended between sending and noting it: nobody knows, so nothing is sent again."""
    left = Thanks.objects.filter(wave=wave_id, state=Thanks.State.SENDING)
    return left.update(state=Thanks.State.UNSURE)


def save_words(*, by: User, wave: Wave, words: Mapping[str, Mapping[str, str]]) -> None:
    """What the thank-you mail says in each language."""
    if not by.may("change_own"):
        raise PermissionDenied
    kept = {language: dict(said) for language, said in words.items()}
    ThanksWords.objects.update_or_create(
        wave=wave, defaults={"words": kept, "by": by, "at": clock.now()}
    )


@transaction.atomic
def plan_visit(
    *,
    by: User,
    account: Account,
    wave: Wave | None,
    reasons: Sequence[str],
    planned_on: date | None,
    goers: Iterable[User],
    questions: str,
) -> Visit:
    """Plan a visit; an open one for the same customer and wave is changed instead."""
    if not may_change(by, account):
        raise PermissionDenied
    Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    known = Visit.objects.filter(account=account, wave=wave, held_on=None, called_off_at=None)
    visit = known.first() if wave else None
    if visit is None:
        visit = Visit.objects.create(
            account=account, wave=wave, reasons=list(reasons), planned_on=planned_on,
            questions=questions, by=by, created_at=clock.now(),
        )  # fmt: skip
        visit.goers.set(goers)
        _record("visit.planned", visit, by, planned_on)
        return visit
    return change_visit(by=by, visit=visit, planned_on=planned_on, goers=goers, questions=questions)


@transaction.atomic
def change_visit(
    *, by: User, visit: Visit, planned_on: date | None, goers: Iterable[User], questions: str
) -> Visit:
    visit.planned_on, visit.questions = planned_on, questions
    visit.save(update_fields=["planned_on", "questions"])
    visit.goers.set(goers)
    _record("visit.planned", visit, by, planned_on)
    return visit


@transaction.atomic
def hold_visit(
    *, by: User, visit: Visit, held_on: date, found: str, usage: Mapping[str, Any]
) -> Visit:
    """Write down what was found; the customer's last contact follows, as with a note."""
    is_first = visit.held_on is None
    visit.held_on, visit.found = held_on, found
    if is_first:
        visit.usage = dict(usage)
    visit.called_off_at = None
    visit.save(update_fields=["held_on", "found", "usage", "called_off_at"])
    last = Account.objects.select_for_update(of=("self",)).get(pk=visit.account_id).last_contact_on
    if last is None or last < held_on:
        set_figures(figures={visit.account_id: {"last_contact_on": held_on}})
    _record("visit.held" if is_first else "visit.changed", visit, by, held_on)
    return visit


@transaction.atomic
def call_off(*, by: User, visit: Visit) -> Visit:
    """It will not take place; one that was held stays as it is."""
    if visit.held_on is None and visit.called_off_at is None:
        visit.called_off_at = clock.now()
        visit.save(update_fields=["called_off_at"])
        _record("visit.called_off", visit, by, visit.planned_on)
    return visit


def _record(kind: str, visit: Visit, by: User, day: date | None) -> None:
    told = day.isoformat() if day else None
    record(kind, by=by, account_id=visit.account_id, visit=visit.pk, day=told)


@transaction.atomic
def add_finding(*, by: User, visit: Visit, kind: str, text: str, **fields: Any) -> Finding:
    """Keep what a visit brought; a request or an action becomes a task of whoever does it.

    ``fields``: meaning, value, owner, due_on.
    """
    finding = Finding.objects.create(
        account=visit.account, visit=visit, wave=visit.wave, kind=kind, text=text, by=by,
        created_at=clock.now(), **fields,
    )  # fmt: skip
    if kind != Finding.Kind.LEARNING:
        finding.task = add_task(
            by=by,
            title=text,
            body=text if len(text) > 200 else "",
            owner=finding.owner,
            account=visit.account,
            due_on=finding.due_on,
            source=f"finding:{finding.pk}",
        )
        finding.save(update_fields=["task"])
    record("visit.finding", by=by, account_id=visit.account_id, finding=finding.pk, found=kind)
    return finding


@transaction.atomic
def remove_finding(*, by: User, finding: Finding) -> None:
    """It was written by mistake; a task that was made from it stays."""
    record("visit.finding_removed", by=by, account_id=finding.account_id, finding=finding.pk)
    finding.delete()


def forget(identity: Identity) -> list[Trace]:
    """Whom we thanked goes with the person."""
    rows = Thanks.objects.filter(person=identity.person_id).delete()[0]
    return [Trace(gettext_noop("Thanks for answers to surveys"), rows, "removed")]
