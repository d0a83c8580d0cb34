"""A wave from its plan to its end: who is asked, when mails become due, when it closes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet

from banso.listen.invitations.links import end_of_links
from banso.listen.invitations.models import Invitation, Mailing, State
from banso.listen.invitations.reads import standing_of, today
from banso.listen.invitations.rules import OPEN, Judged, reminder_due
from banso.listen.invitations.tokens import new_nonce, new_public_token
from banso.listen.surveys.models import Response, SurveyVersion, Wave
from banso.listen.surveys.writes import create_wave
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

PLAN, SEND = "invitations.plan", "invitations.send"
FIELDS = (
    "name", "opens_on", "closes_on", "audience", "key_people_only", "throttle_days",
    "remind_after", "is_anonymous",
)  # fmt: skip
AT_ONCE = 500


def _may_ask(by: User | None) -> None:
    if by is not None and not by.may("define"):
        raise PermissionDenied


def _mailing(wave: Wave) -> Mailing:
    """The wave's mailing, held until the transaction ends."""
    return Mailing.objects.select_for_update().get(wave=wave)


@transaction.atomic
def plan_wave(
    *, by: User | None, version: SurveyVersion, has_public_link: bool, mailing: dict[str, Any],
    **fields: Any,
) -> Wave:  # fmt: skip
    """A wave that nobody is asked in yet; ``mailing`` and ``fields`` as in the models."""
    token = new_public_token() if has_public_link else None
    wave = create_wave(by=by, version=version, public_token=token, **fields)
    Mailing.objects.create(wave=wave, **mailing)
    return wave


@transaction.atomic
def change_wave(
    *, by: User | None, wave: Wave, has_public_link: bool, mailing: dict[str, Any], **fields: Any
) -> None:
    """Plan a wave otherwise, as long as nobody was asked."""
    _may_ask(by)
    kept = _mailing(wave)
    if Wave.objects.get(pk=wave.pk).opened_at is not None:
        raise PermissionDenied
    for name in FIELDS:
        setattr(wave, name, fields[name])
    if has_public_link != bool(wave.public_token):
        wave.public_token = new_public_token() if has_public_link else None
    wave.save(update_fields=[*FIELDS, "public_token"])
    for name, value in mailing.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(mailing))
    record("survey.wave_changed", by=by, survey=wave.survey_id, wave=wave.pk)


@transaction.atomic
def keep_mail_words(
    *, by: User | None, wave: Wave, words: dict[str, dict[str, dict[str, str]]]
) -> None:
    """What its mails say from now on, those that were sent excepted; {}: the usual words."""
    _may_ask(by)
    _mailing(wave)
    if wave.mail_words == words:
        return
    wave.mail_words = words
    wave.save(update_fields=["mail_words"])
    record("survey.wave_mails_written", by=by, survey=wave.survey_id, wave=wave.pk)


@transaction.atomic
def open_wave(*, by: User | None, wave: Wave, link_root: str) -> None:
    """From its first day on people are invited and links are good."""
    _may_ask(by)
    mailing = _mailing(wave)
    if wave.opened_at is not None:
        return
    wave.opened_at = clock.now()
    wave.save(update_fields=["opened_at"])
    mailing.link_root = link_root
    mailing.save(update_fields=["link_root"])
    record("survey.wave_opened", by=by, survey=wave.survey_id, wave=wave.pk)
    _go_on(wave)


def _go_on(wave: Wave) -> None:
    """Owe the work that the wave wants now; the round of every few minutes asks for the rest."""
    mailing = Mailing.objects.get(wave=wave)
    if standing_of(wave) != OPEN or not mailing.sends_mail:
        return
    name = SEND if mailing.planned_at else PLAN
    enqueue(name, key=f"{name}:{wave.pk}", wave_id=wave.pk)


@transaction.atomic
def go_on(*, wave: Wave) -> None:
    """The same, asked for by a job."""
    _go_on(wave)


@transaction.atomic
def keep_planned(*, wave: Wave, rows: Iterable[Judged], up_to: int | None) -> int:
    """Plan some customers' people, all of them or none; ``up_to`` None: these were the last.

    Repeated after a kill it begins after the customers that were kept.
    """
    mailing = _mailing(wave)
    now, language = clock.now(), organisation().language
    made = [
        Invitation(
            wave=wave,
            account_id=one.candidate.account_id,
            person_id=one.candidate.person_id,
            user_id=one.candidate.user_id,
            email=one.candidate.email,
            language=one.candidate.language or language,
            state=State.LEFT_OUT if one.reason else State.PLANNED,
            reason=one.reason,
            nonce=new_nonce(),
            due=0 if one.reason else 1,
            due_from=None if one.reason else now,
        )
        for one in rows
    ]
    Invitation.objects.bulk_create(made, batch_size=AT_ONCE, ignore_conflicts=True)
    if up_to is not None:
        mailing.planned_up_to = up_to
    else:
        mailing.planned_at = now
    mailing.save(update_fields=["planned_up_to", "planned_at"])
    return len(made)


@transaction.atomic
def remind(*, by: User | None, wave: Wave) -> int:
    """Remind everybody who has not answered, but nobody twice a day; how many."""
    _may_ask(by)
    now = clock.now()
    rows = _silent(wave).filter(
        Q(reminded_at=None) | Q(reminded_at__lt=now - timedelta(hours=20)),
        sent_at__lt=now - timedelta(hours=20),
    )
    asked = rows.update(due=F("reminders") + 2, due_from=now, attempts=0)
    record("survey.wave_reminded", by=by, survey=wave.survey_id, wave=wave.pk, people=asked)
    _go_on(wave)
    return asked


@transaction.atomic
def remind_when_due(*, wave: Wave) -> int:
    """Make the reminders due whose day has come; how many."""
    day, now = today(), clock.now()
    days = sorted(wave.remind_after)
    if not days or standing_of(wave, day) != OPEN:
        return 0
    rows = _silent(wave).filter(
        reminders__lt=len(days), sent_at__lte=now - timedelta(days=max(days[0] - 1, 0))
    )
    zone = ZoneInfo(organisation().time_zone)
    due = [
        pk
        for pk, sent_at, reminders in rows.values_list("pk", "sent_at", "reminders")
        if sent_at
        and reminder_due(
            sent_on=sent_at.astimezone(zone).date(),
            reminders=reminders,
            remind_after=days,
            today=day,
        )
    ]
    for start in range(0, len(due), AT_ONCE):
        some = Invitation.objects.filter(pk__in=due[start : start + AT_ONCE])
        some.update(due=F("reminders") + 2, due_from=now, attempts=0)
    return len(due)


def _silent(wave: Wave) -> QuerySet[Invitation]:
    """Those who were invited and have not answered."""
    return Invitation.objects.filter(wave=wave, state=State.SENT, has_answered=False, due=0)


@transaction.atomic
def send_again(*, by: User | None, wave: Wave) -> int:
    """Try once more those whom no mail has reached; how many."""
    _may_ask(by)
    rows = Invitation.objects.filter(wave=wave, state=State.FAILED)
    tried = rows.update(
        state=State.PLANNED, reason="", detail="", attempts=0, due=1, due_from=clock.now(),
        claimed_at=None,
    )  # fmt: skip
    record("survey.wave_sent_again", by=by, survey=wave.survey_id, wave=wave.pk, people=tried)
    _go_on(wave)
    return tried


@transaction.atomic
def close_wave(*, by: User | None, wave: Wave) -> None:
    """No answer is taken any more and no mail leaves; what was handed in stays, and what was begun
    too, except of an anonymous wave: its half-filled forms still tie answers to people.
    """
    _may_ask(by)
    _mailing(wave)
    wave.closed_at = clock.now()
    wave.save(update_fields=["closed_at"])
    if wave.is_anonymous:
        Response.objects.filter(wave=wave, submitted_on=None).delete()
    record("survey.wave_closed", by=by, survey=wave.survey_id, wave=wave.pk)


@transaction.atomic
def reopen_wave(*, by: User | None, wave: Wave, closes_on: date | None) -> None:
    """Take answers again until ``closes_on``; mails that were still due go out."""
    _may_ask(by)
    _mailing(wave)
    wave.closed_at, wave.closes_on = None, closes_on
    wave.save(update_fields=["closed_at", "closes_on"])
    sent = Invitation.objects.filter(wave=wave).exclude(token_hash=None)
    sent.update(expires_at=end_of_links(wave))
    record("survey.wave_reopened", by=by, survey=wave.survey_id, wave=wave.pk)
    _go_on(wave)
