"""One mail at a time: claimed before it goes, noted after it went.

Killed between two mails nothing is lost or doubled. Killed after the mail server took a mail and
before that was noted, the mail is claimed again a minute later and goes out a second time with the
same Message-ID and the same link: one mail at most, and never a second answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from banso.know.forgetting.models import ForgottenPerson
from banso.listen.invitations.audience import answers_by_file
from banso.listen.invitations.links import end_of_links
from banso.listen.invitations.models import Invitation, Mailing, OptOut, Reason, State
from banso.listen.invitations.rules import MOST_ATTEMPTS, wait_after_trouble
from banso.listen.invitations.tokens import address_hash, hash_of, token_of
from banso.listen.surveys.models import Wave
from banso.shared import clock
from banso.shared.journal.rules import LEASE

WAIT_AFTER_REFUSAL = timedelta(minutes=10)
MOST_IN_ONE = 500


def _due(wave: Wave, now: datetime) -> QuerySet[Invitation]:
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
    return Invitation.objects.filter(free, wave=wave, due__gt=0, due_from__lte=now)


@transaction.atomic
def claim_mail(*, wave: Wave) -> list[Invitation]:
    """What the next mail holds: one person's invitation, or all of one colleague's. Empty when
    nothing is due. Those who must not be asked any more are left out on the way.
    """
    now = clock.now()
    while True:
        first = _due(wave, now).select_for_update().order_by("due_from", "pk").first()
        if first is None:
            return []
        if reason := _objection(first, wave):
            _leave_out(first, reason)
            continue
        several = [first]
        if first.user_id:
            rows = _due(wave, now).select_for_update().filter(user=first.user_id, due=first.due)
            several = list(rows.order_by("pk")[:MOST_IN_ONE])
        for one in several:
            one.claimed_at, one.attempts = now, one.attempts + 1
            one.token_hash, one.expires_at = hash_of(token_of(one)), end_of_links(wave)
        Invitation.objects.bulk_update(
            several, ["claimed_at", "attempts", "token_hash", "expires_at"], batch_size=100
        )
        return several


def _objection(one: Invitation, wave: Wave) -> str:
    """Why this mail must not go out, as things stand now; "answered" ends a reminder."""
    if one.has_answered:
        return "answered"
    if not one.email:
        return Reason.NO_EMAIL
    if OptOut.objects.filter(address=address_hash(one.email)).exists():
        return Reason.OPTED_OUT
    if one.person_id is None:
        return "" if one.user_id else Reason.FORGOTTEN
    if ForgottenPerson.objects.filter(person_id=one.person_id).exists():
        return Reason.FORGOTTEN
    if one.due > 1 or not wave.throttle_days:
        return ""
    since = clock.now() - timedelta(days=wave.throttle_days)
    asked = Invitation.objects.filter(
        Q(person=one.person_id) | Q(email__iexact=one.email), sent_at__gt=since
    )
    if asked.exclude(pk=one.pk).exists():
        return Reason.ASKED
    after = clock.today() - timedelta(days=wave.throttle_days - 1)
    answered = answers_by_file(after).filter(person=one.person_id).exclude(wave=wave)
    return Reason.IN_FILE if answered.exists() else ""


def _leave_out(one: Invitation, reason: str) -> None:
    """A reminder is dropped; who was never asked is left out with the reason."""
    one.due, one.claimed_at = 0, None
    if one.state == State.PLANNED:
        one.state, one.reason = State.LEFT_OUT, reason
    one.save(update_fields=["due", "claimed_at", "state", "reason"])


@transaction.atomic
def note_sent(*, several: Sequence[Invitation]) -> None:
    """The mail server took the mail."""
    now = clock.now()
    rows = Invitation.objects.filter(pk__in=[one.pk for one in several])
    done = {"due": 0, "claimed_at": None, "reason": "", "detail": "", "attempts": 0}
    rows.filter(due=1).update(state=State.SENT, sent_at=now, **done)
    rows.filter(due__gt=1).update(reminders=F("due") - 1, reminded_at=now, **done)
    Mailing.objects.filter(wave=several[0].wave_id).exclude(trouble="", tries=0).update(
        trouble="", trouble_at=None, tries=0
    )


@transaction.atomic
def note_refused(
    *, several: Sequence[Invitation], reason: str, detail: str, for_good: bool
) -> None:
    """The mail server did not take it: for good, or try again in a while."""
    rows = Invitation.objects.filter(pk__in=[one.pk for one in several])
    said = {"claimed_at": None, "detail": detail[:300]}
    given_up = for_good or several[0].attempts >= MOST_ATTEMPTS
    if not given_up:
        rows.update(due_from=clock.now() + WAIT_AFTER_REFUSAL, **said)
        return
    reason = reason if for_good else Reason.NOT_TAKEN
    rows.filter(due=1).update(state=State.FAILED, due=0, reason=reason, **said)
    rows.filter(due__gt=1).update(due=0, reason=reason, **said)


@transaction.atomic
def note_trouble(*, wave: Wave, told: str, several: Sequence[Invitation] = ()) -> datetime:
    """Nothing can be sent now; when to try again. What was claimed is free again."""
    now = clock.now()
    mailing = Mailing.objects.select_for_update().get(wave=wave)
    mailing.trouble, mailing.tries = told[:300], mailing.tries + 1
    mailing.trouble_at = mailing.trouble_at or now
    mailing.save(update_fields=["trouble", "tries", "trouble_at"])
    after = now + wait_after_trouble(mailing.tries)
    Invitation.objects.filter(pk__in=[one.pk for one in several]).update(
        claimed_at=None, due_from=after
    )
    return after


@transaction.atomic
def opt_out(*, email: str) -> None:
    """Never ask this address again, and send no reminder that is due."""
    OptOut.objects.get_or_create(address=address_hash(email), defaults={"at": clock.now()})
    waiting = Invitation.objects.filter(email__iexact=email, due__gt=0)
    waiting.filter(state=State.PLANNED).update(
        due=0, state=State.LEFT_OUT, reason=Reason.OPTED_OUT, claimed_at=None
    )
    waiting.update(due=0, claimed_at=None)


@transaction.atomic
def opt_in(*, email: str) -> None:
    """The same address may be asked again."""
    OptOut.objects.filter(address=address_hash(email)).delete()
