"""Planning, sending and reminding; each may be killed anywhere and goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.core.mail import get_connection

from banso.listen.invitations.audience import candidates
from banso.listen.invitations.delivering import FAULTS, REFUSED, TROUBLE, outcome_of, told_of
from banso.listen.invitations.links import link_root
from banso.listen.invitations.mails import mail_to
from banso.listen.invitations.models import Invitation, Mailing
from banso.listen.invitations.reads import (
    audience_of,
    mailing_of,
    open_waves,
    planned_already,
    standing_of,
)
from banso.listen.invitations.rules import OPEN, OVER, Judged, judged
from banso.listen.invitations.writes.sending import (
    claim_mail,
    note_refused,
    note_sent,
    note_trouble,
)
from banso.listen.invitations.writes.waves import (
    PLAN,
    SEND,
    close_wave,
    go_on,
    keep_planned,
    remind_when_due,
)
from banso.listen.surveys.models import Wave
from banso.shared import clock
from banso.shared.journal.registry import LONG, MAIL, job
from banso.shared.journal.writes import enqueue

SLICE_SECONDS = 20.0
CUSTOMERS_AT_ONCE = 200


@job(PLAN, lane=LONG)
def plan(wave_id: int) -> None:
    """Write down whom the wave asks and whom it leaves out, some customers at a time."""
    wave = Wave.objects.select_related("survey", "by").filter(pk=wave_id).first()
    if wave is None or standing_of(wave) != OPEN:
        return
    mailing = mailing_of(wave)
    if mailing.planned_at is None:
        asked = audience_of(wave, mailing)
        found = judged(
            candidates(asked, after=mailing.planned_up_to),
            today=clock.today(),
            throttle_days=wave.throttle_days,
            key_people_only=wave.key_people_only,
            seen=planned_already(wave),
        )
        rows: list[Judged] = []
        of_customers = groupby(found, key=lambda one: one.candidate.account_id)
        for customers, (account_id, several) in enumerate(of_customers, start=1):
            rows += several
            if customers % CUSTOMERS_AT_ONCE == 0:
                keep_planned(wave=wave, rows=rows, up_to=account_id)
                rows = []
        keep_planned(wave=wave, rows=rows, up_to=None)
    go_on(wave=wave)


@job(SEND, lane=MAIL)
def send(wave_id: int) -> None:
    """Send what is due, for a while, and ask to be called again."""
    wave = Wave.objects.select_related("survey", "version").filter(pk=wave_id).first()
    if wave is None or standing_of(wave) != OPEN:
        return
    connection = get_connection()
    try:
        connection.open()
    except FAULTS as error:
        _try_later(wave, told_of(error))
        return
    try:
        _send_some(wave, mailing_of(wave), connection)
    finally:
        connection.close()


def _send_some(wave: Wave, mailing: Mailing, connection: Any) -> None:
    root, until = link_root(mailing), time.monotonic() + SLICE_SECONDS
    while several := claim_mail(wave=wave):
        try:
            connection.send_messages([mail_to(wave, several, root)])
        except FAULTS as error:
            outcome = outcome_of(error)
            if outcome.kind == TROUBLE:
                _try_later(wave, outcome.told, several)
                return
            note_refused(
                several=several, reason=outcome.reason, detail=outcome.told,
                for_good=outcome.kind == REFUSED,
            )  # fmt: skip
        else:
            note_sent(several=several)
        if time.monotonic() > until or standing_of(Wave.objects.get(pk=wave.pk)) != OPEN:
            enqueue(SEND, key=f"{SEND}:{wave.pk}", wave_id=wave.pk)
            return


def _try_later(wave: Wave, told: str, several: Sequence[Invitation] = ()) -> None:
    after = note_trouble(wave=wave, told=told, several=several)
    enqueue(SEND, key=f"{SEND}:{wave.pk}", after=after, wave_id=wave.pk)


@job("invitations.round", every=timedelta(minutes=5))
def make_the_round() -> None:
    """What the calendar wants of waves: begin, remind, go on with what waits, end."""
    for wave in open_waves():
        standing = standing_of(wave)
        if standing == OPEN:
            remind_when_due(wave=wave)
            go_on(wave=wave)
        elif standing == OVER:
            close_wave(by=None, wave=wave)
