from __future__ import annotations

import smtplib

from django.core.mail import get_connection

from banso.act.visits.mailing import NOT_TAKEN, mail_for, words_of
from banso.act.visits.models import Thanks
from banso.act.visits.writes import (
    SENDER,
    doubt_what_was_being_sent,
    keep_result,
    take_next,
)
from banso.listen.surveys.models import Wave
from banso.shared.journal.registry import LONG, job


@job(SENDER, lane=LONG)
def send_thanks(wave: int) -> None:
    """Send the thank-you mails of a wave that wait, one by one, each marked before and after."""
    found = Wave.objects.filter(pk=wave).first()
    if found is None:
        return
    doubt_what_was_being_sent(wave_id=wave)
    words, connection = words_of(found), get_connection()
    while (thanks := take_next(wave_id=wave)) is not None:
        try:
            connection.send_messages([mail_for(thanks, words)])
        except NOT_TAKEN as refused:
            keep_result(thanks=thanks, state=Thanks.State.FAILED, error=_told(refused))
        except (OSError, smtplib.SMTPException, ValueError) as fault:
            keep_result(thanks=thanks, state=Thanks.State.UNSURE, error=_told(fault))
        else:
            keep_result(thanks=thanks, state=Thanks.State.DONE)
    connection.close()


def _told(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"
