"""What people answer through a link: saved page by page, handed in once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from banso.listen.invitations.models import Invitation, SpentSecret
from banso.listen.invitations.reads import Door
from banso.listen.invitations.tokens import hash_of
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response
from banso.listen.surveys.writes import hand_in
from banso.shared import clock


class HandedInForGood(Exception):
    """Anonymous answers were handed in through this link: nobody knows any more which they are."""


@transaction.atomic
def save_page(*, door: Door, answers: Mapping[str, Any], language: str) -> Response:
    """Keep what was filled in so far, to be gone on with later through the same link."""
    response = _response(door, language)
    response.draft, response.language = dict(answers), language
    response.save()
    _tie(door, response)
    return response


@transaction.atomic
def hand_in_through(
    *, door: Door, definition: Definition, answers: Mapping[str, Any], language: str
) -> None:
    """Hand in checked answers; again, they change those handed in before."""
    response = _response(door, language)
    response.draft, response.language = {}, language
    hand_in(response=response, answers=answers, definition=definition)
    invitation = door.invitation
    if invitation is None:
        if door.wave.is_anonymous:
            SpentSecret.objects.create(secret_hash=hash_of(door.secret), wave=door.wave)
        return
    invitation.has_answered, invitation.due, invitation.claimed_at = True, 0, None
    invitation.response = None if door.wave.is_anonymous else response
    invitation.save(update_fields=["has_answered", "due", "claimed_at", "response"])


def _response(door: Door, language: str) -> Response:
    """The one response of the link, begun now if there is none; held until the end."""
    wave = door.wave
    if door.invitation is None:
        return _public(door, language)
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("response")
    held = locked.get(pk=door.invitation.pk)
    if held.has_answered and wave.is_anonymous:
        raise HandedInForGood
    door.invitation.response = held.response
    if held.response is not None:
        return _of(door, held.response)
    made = Response(
        wave=wave, version=wave.version, origin=Response.Origin.LINK, language=language
    )
    if not wave.is_anonymous:
        made.account_id, made.person_id, made.user_id = held.account_id, held.person_id, held.user_id
        made.started_at = clock.now()
        before = Response.objects.filter(
            wave=wave, account=held.account_id, person=held.person_id, user=held.user_id
        )
        is_somebody = held.person_id or held.user_id
        return _of(door, (before.first() if is_somebody else None) or made)
    return made


def _of(door: Door, response: Response) -> Response:
    """With the wave and the version that the door has fetched already."""
    response.wave, response.version = door.wave, door.wave.version
    return response


def _public(door: Door, language: str) -> Response:
    wave, secret = door.wave, hash_of(door.secret)
    if wave.is_anonymous and SpentSecret.objects.filter(secret_hash=secret).exists():
        raise HandedInForGood
    started = None if wave.is_anonymous else clock.now()
    held = Response.objects.select_for_update().filter(resume_hash=secret).first()
    if held is not None:
        return _of(door, held)
    return Response(
        wave=wave, version=wave.version, origin=Response.Origin.PUBLIC, resume_hash=secret,
        language=language, started_at=started,
    )  # fmt: skip


def _tie(door: Door, response: Response) -> None:
    """Let the invitation find what was begun."""
    invitation = door.invitation
    if invitation is not None and invitation.response_id != response.pk:
        invitation.response = response
        invitation.save(update_fields=["response"])
