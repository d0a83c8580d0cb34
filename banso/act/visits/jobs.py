from __future__ import annotations

from typing import Any

from django.core.mail import get_connection

from banso.act.visits.mailing import mail_for, words_of
from banso.act.visits.models import Thanks
from banso.act.visits.writes import (
    SENDER,
    doubt_what_was_being_sent,
    keep_result,
    put_off,
    take_next,
)
from banso.listen.invitations.delivering import FAULTS, TROUBLE, outcome_of, told_of
from banso.listen.surveys.models import Wave
from banso.shared.journal.registry import MAIL, job


@job(SENDER, lane=MAIL)
def send_thanks(wave: int) -> None:
    """Send the thank-you mails of a wave that wait, one by one, each marked before and after."""
    found = Wave.objects.filter(pk=wave).first()
    if found is None:
        return
    doubt_what_was_being_sent(wave_id=wave)
    connection = get_connection()
    try:
        connection.open()
    except FAULTS as error:
        put_off(wave_id=wave, error=told_of(error))
        return
    try:
        _send(found, connection)
    finally:
        connection.close()


def _send(wave: Wave, connection: Any) -> None:
    words = words_of(wave)
    while (thanks := take_next(wave_id=wave.pk)) is not None:
        try:
            connection.send_messages([mail_for(thanks, words)])
        except FAULTS as error:
            outcome = outcome_of(error)
            is_open = outcome.kind == TROUBLE  # it may have been taken before the fault
            state = Thanks.State.UNSURE if is_open else Thanks.State.FAILED
            keep_result(thanks=thanks, state=state, error=outcome.told)
            if is_open:
                put_off(wave_id=wave.pk, error=outcome.told)
                return
        else:
            keep_result(thanks=thanks, state=Thanks.State.DONE)
