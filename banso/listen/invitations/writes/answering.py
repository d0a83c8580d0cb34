"""What people answer through a link: saved page by page, handed in once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from banso.listen.invitations.models import Invitation, SpentSecret
from banso.listen.invitations.reads import Door, invitation_with
from banso.listen.invitations.tokens import hash_of
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response
from banso.listen.surveys.writes import hand_in
from banso.shared import clock


class InvitationGone(Exception):
    """The invitation was removed between opening the link and answering."""


class HandedInForGood(Exception):
    """Anonymous answers were handed in through this link: nobody knows any more which they are."""


@transaction.atomic(savepoint=False)
def save_page(*, door: Door, answers: Mapping[str, Any], language: str) -> Response:
    """Keep what was filled in so far, to be gone on with later through the same link."""
    response = _response(door, language)
    response.draft, response.language = dict(answers), language
    response.save()
    if door.invitation is not None and door.invitation.response_id != response.pk:
        Invitation.objects.filter(pk=door.invitation.pk).update(response=response.pk)
    return response


@transaction.atomic(savepoint=False)
def hand_in_through(
    *, door: Door, definition: Definition, answers: Mapping[str, Any], language: str
) -> None:
    """Hand in checked answers; again, they change those handed in before."""
    response = _response(door, language)
    response.draft, response.language = {}, language
    hand_in(response=response, answers=answers, definition=definition)
    wave = door.wave
    if door.invitation is not None:
        Invitation.objects.filter(pk=door.invitation.pk).update(
            has_answered=True, due=0, claimed_at=None,
            response=None if wave.is_anonymous else response.pk,
        )  # fmt: skip
    elif wave.is_anonymous:
        SpentSecret.objects.create(secret_hash=hash_of(door.secret), wave=wave)


def _response(door: Door, language: str) -> Response:
    """The one response of the link, begun now if there is none; held until the end."""
    wave = door.wave
    found = _begun_by_invitation(door) if door.invitation is not None else _begun_in_public(door)
    if found is not None:
        found.wave, found.version = wave, wave.version
        return found
    made = Response(wave=wave, version=wave.version, language=language)
    made.origin = Response.Origin.LINK if door.invitation else Response.Origin.PUBLIC
    made.started_at = None if wave.is_anonymous else clock.now()
    if door.invitation is None:
        made.resume_hash = hash_of(door.secret)
    elif not wave.is_anonymous:
        one = door.invitation
        made.account_id, made.person_id, made.user_id = one.account_id, one.person_id, one.user_id
    return made


def _begun_by_invitation(door: Door) -> Response | None:
    given = door.invitation
    held = invitation_with(given.token_hash or "", held=True) if given else None
    if held is None or given is None:
        raise InvitationGone
    if held.has_answered and door.wave.is_anonymous:
        raise HandedInForGood
    given.response_id = held.response_id
    if held.response_id is not None:
        return Response.objects.get(pk=held.response_id)
    if door.adopts:
        same = {"account": held.account_id, "person": held.person_id, "user": held.user_id}
        return Response.objects.filter(wave=door.wave, **same).first()
    return None


def _begun_in_public(door: Door) -> Response | None:
    secret = hash_of(door.secret)
    if door.wave.is_anonymous and SpentSecret.objects.filter(secret_hash=secret).exists():
        raise HandedInForGood
    return Response.objects.select_for_update().filter(resume_hash=secret).first()
