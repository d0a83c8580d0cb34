from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from banso.listen.invitations.models import Invitation, Mailing, State
from banso.listen.invitations.tokens import new_nonce
from banso.listen.surveys.models import Response, Wave


@transaction.atomic
def keep_asked(*, wave: Wave, rows: Iterable[tuple[int, int, str, str]]) -> int:
    """Everybody who was asked in a wave of the sample, as (account, person, e-mail, language), with
    what became of the invitation; the links went out long ago and open nothing.
    """
    answered = {
        one.person_id: one.pk for one in Response.objects.filter(wave=wave, person__isnull=False)
    }
    sent_at = wave.opened_at
    reminded_at = sent_at + timedelta(days=7) if sent_at else None
    Mailing.objects.get_or_create(wave=wave, defaults={"planned_at": sent_at})
    made = [
        Invitation(
            wave=wave,
            account_id=account,
            person_id=person,
            email=email,
            language=language,
            state=State.SENT,
            nonce=new_nonce(),
            sent_at=sent_at,
            reminders=0 if person in answered else 1,
            reminded_at=None if person in answered else reminded_at,
            expires_at=wave.closed_at,
            has_answered=person in answered,
            response_id=answered.get(person),
        )
        for account, person, email, language in rows
    ]
    return len(Invitation.objects.bulk_create(made, batch_size=500))
