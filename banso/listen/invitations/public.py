"""The pages that people answer on: opened by a link, without signing in, mostly on a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.listen.invitations import doorkeeping
from banso.listen.invitations.faults import blocking, sentences
from banso.listen.invitations.plain_form import answers_in, asked_on, opened_since, pages_shown
from banso.listen.invitations.public_access import language_of, public
from banso.listen.invitations.reads import (
    Door,
    door_of,
    is_opted_out,
    response_behind,
    standing_of,
    wording_of,
)
from banso.listen.invitations.refusals import (
    CLOSED,
    EXPIRED,
    FOR_GOOD,
    NOT_YET,
    TOO_OFTEN,
    UNKNOWN,
    UNREADABLE,
    Refusal,
    refused,
    refused_json,
)
from banso.listen.invitations.rules import NOT_OPENED, OPEN, TOKEN
from banso.listen.invitations.rules import NOT_YET as BEFORE_ITS_DAY
from banso.listen.invitations.together import together
from banso.listen.invitations.tokens import new_secret, secret_in
from banso.listen.invitations.writes.answering import (
    HandedInForGood,
    InvitationGone,
    hand_in_through,
    save_page,
)
from banso.listen.invitations.writes.sending import opt_in, opt_out
from banso.listen.surveys.checking import checked
from banso.listen.surveys.definition import Definition, words
from banso.listen.surveys.models import Response
from banso.listen.surveys.surveyjs import model_of
from banso.shared import clock
from banso.shared.users.reads import organisation

T = TypeVar("T")
RESUMED_FOR = timedelta(days=180)


class Saved(msgspec.Struct):
    """What our script sends: all answers so far, and whether they are handed in."""

    answers: dict[str, Any]
    last: bool = False
    resume: str = ""


def _door(request: HttpRequest, token: str) -> Door | Refusal:
    """What the link opens now, or why it opens nothing."""
    if doorkeeping.is_blocked(request, "miss", doorkeeping.MISSES):
        return TOO_OFTEN
    door = door_of(token)
    if door is None:
        _note_miss(request, token)
        return UNKNOWN
    standing = standing_of(
        door.wave, clock.today()
    )  # in the organisation's zone, as ``public`` says
    if standing in (NOT_OPENED, BEFORE_ITS_DAY):
        return NOT_YET
    if standing != OPEN:
        return CLOSED
    one = door.invitation
    if one is not None and one.expires_at is not None and one.expires_at <= clock.now():
        return EXPIRED
    if one is not None and one.has_answered and door.wave.is_anonymous:
        return FOR_GOOD
    return door


def _note_miss(request: HttpRequest, token: str) -> None:
    """Count who guesses; what does not even look like a link is no guess."""
    if TOKEN.fullmatch(token):
        doorkeeping.may_go_on(request, "miss", doorkeeping.MISSES)


def _cookie(door: Door) -> str:
    return f"banso_answer_{door.wave.pk}"


def _with_secret(request: HttpRequest, door: Door, given: str) -> tuple[Door, str]:
    """The door with the secret of a visitor who came by the public link; a new one if need be."""
    if door.invitation is not None:
        return door, ""
    for signed in (given, request.COOKIES.get(_cookie(door), "")):
        if secret := secret_in(door.wave.pk, signed):
            return replace(door, secret=secret), signed
    signed = new_secret(door.wave.pk)
    return replace(door, secret=secret_in(door.wave.pk, signed)), signed


def _remember(response: HttpResponse, door: Door, signed: str) -> HttpResponse:
    if signed:
        response.set_cookie(
            _cookie(door),
            signed,
            max_age=RESUMED_FOR,
            path="/s/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _may_begin(request: HttpRequest, door: Door, before: Response | None) -> bool:
    """Whoever has a personal link, or began before, may; new ones by a public link in measure."""
    if door.invitation is not None or before is not None:
        return True
    return doorkeeping.may_go_on(request, "begin", doorkeeping.BEGINNINGS)


def _kept(before: Response | None) -> dict[str, Any]:
    return {} if before is None else dict(before.draft or before.answers)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer_form(request: HttpRequest, token: str) -> HttpResponse:
    """The survey: drawn by the form library, or page by page as plain HTML."""
    door = _door(request, token)
    if isinstance(door, Refusal):
        return refused(request, door)
    door, signed = _with_secret(request, door, request.POST.get("resume", ""))
    before = response_behind(door)
    definition = wording_of(door.wave)
    if request.method == "POST":
        return _remember(_page_sent(request, token, door, before, definition), door, signed)
    shown = _form_context(request, token, door, before, definition)
    return _remember(render(request, "invitations/answer_form.html", shown), door, signed)


def _page_sent(
    request: HttpRequest, token: str, door: Door, before: Response | None, definition: Definition
) -> HttpResponse:
    """A page of the plain form: keep it, and show the next one."""
    if not _may_begin(request, door, before):
        return refused(request, TOO_OFTEN)
    given, language = answers_in(definition, request.POST), language_of(request)
    merged = {**_kept(before), **given}
    number = _page_number(request, definition)
    wants = request.POST.get("do", "next")
    now = checked(definition, merged, whole=wants == "send")
    here = {question.key for question in definition.pages[number].questions}
    faults = [one for one in blocking(now.faults) if wants == "send" or one.question in here]
    faults += _missing(definition, now.answers, here) if wants == "next" else []
    try:
        if wants == "send" and not faults:
            _hand_in(door, definition, now.answers, language)
            return HttpResponseRedirect(_page(token, "answer_thanks", language))
        before = _save(door, now.answers, language)
    except (HandedInForGood, InvitationGone) as error:
        return refused(request, _why(error))
    told = sentences(definition, faults)
    if wants == "send" and told and not here & set(told):
        number = _page_of(definition, next(iter(told)))
    shown = pages_shown(definition, now.answers)
    asked = asked_on(definition, number, now.answers, language, told)
    if not told and wants == "next" and not opened_since(asked, request.POST):
        number = next((one for one in shown if one > number), number)
    elif wants == "back":
        number = next((one for one in reversed(shown) if one < number), number)
    context = _form_context(request, token, door, before, definition)
    faulty = {key: value for key, value in given.items() if key in told}
    context |= _plain_page(definition, number, {**now.answers, **faulty}, language, told)
    context["is_plain"] = True
    return render(request, "invitations/answer_form.html", context, status=422 if told else 200)


def _written(work: Callable[[Door], T], door: Door) -> T:
    """What the work gives; once more where the same form was sent twice at the same moment, or
    the person's answers are there already by another way.
    """
    try:
        return together(partial(work, door))
    except IntegrityError:
        return together(partial(work, replace(door, adopts=True)))


def _why(error: Exception) -> Refusal:
    return FOR_GOOD if isinstance(error, HandedInForGood) else UNKNOWN


def _hand_in(door: Door, definition: Definition, answers: dict[str, Any], language: str) -> None:
    def work(door: Door) -> None:
        hand_in_through(door=door, definition=definition, answers=answers, language=language)

    _written(work, door)


def _save(door: Door, answers: dict[str, Any], language: str) -> Response:
    def work(door: Door) -> Response:
        return save_page(door=door, answers=answers, language=language)

    return _written(work, door)


def _missing(definition: Definition, answers: Mapping[str, Any], here: set[str]) -> list[Any]:
    """Required questions of this page that are not answered."""
    found = checked(definition, answers, whole=True).faults
    return [one for one in found if one.reason == "missing" and one.question in here]


def _first_open(definition: Definition, kept: Mapping[str, Any], shown: list[int]) -> int:
    """The page to go on with: after the last that was saved, or before, where something lacks."""
    if not kept:
        return shown[0]
    faults = checked(definition, kept, whole=True).faults
    lacking = [_page_of(definition, one.question) for one in faults]
    saved = max(_page_of(definition, key) for key in kept)
    next_one = next((number for number in shown if number > saved), shown[-1])
    return min((number for number in (*lacking, next_one) if number in shown), default=shown[0])


def _page_number(request: HttpRequest, definition: Definition) -> int:
    text = request.POST.get("page", "0")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    return min(number, len(definition.pages) - 1)


def _page_of(definition: Definition, key: str) -> int:
    pages = enumerate(definition.pages)
    return next((n for n, page in pages if any(q.key == key for q in page.questions)), 0)


def _page(token: str, name: str, language: str) -> str:
    return reverse(f"answering:{name}", args=[token]) + f"?language={language}"


def _plain_page(
    definition: Definition, number: int, answers: Mapping[str, Any], language: str,
    faults: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    shown = pages_shown(definition, answers) or [0]
    return {
        "asked": asked_on(definition, number, answers, language, faults),
        "page": number,
        "page_title": words(definition.pages[number].title, language),
        "step": shown.index(number) + 1 if number in shown else 1,
        "steps": len(shown),
        "is_first": number == shown[0],
        "is_last": number == shown[-1],
        "faults": faults,
    }


def _form_context(
    request: HttpRequest, token: str, door: Door, before: Response | None, definition: Definition
) -> dict[str, Any]:
    language, kept = language_of(request), _kept(before)
    _door_again, signed = _with_secret(request, door, request.POST.get("resume", ""))
    wave, one = door.wave, door.invitation
    shown = pages_shown(definition, kept) or [0]
    is_done = before is not None and before.submitted_on is not None
    first = shown[0] if is_done else _first_open(definition, kept, shown)
    return _plain_page(definition, first, kept, language, {}) | {
        "token": token,
        "language": language,
        "sender": organisation().name,
        "title": words(definition.title, language) or wave.survey.name,
        "intro": words(definition.intro, language),
        "is_anonymous": wave.is_anonymous,
        "about": one.account if one is not None and one.user_id else None,
        "closes_on": wave.closes_on,
        "was_handed_in": is_done,
        "was_begun": bool(kept),
        "resume": signed,
        "start": shown.index(first),
        "model": model_of(definition, language),
        "kept": kept,
    }


@public
@require_POST
def answer_save(request: HttpRequest, token: str) -> HttpResponse:
    """What our script sends at the end of each page, and at the end."""
    door = _door(request, token)
    if isinstance(door, Refusal):
        return refused_json(door)
    if request.content_type != "application/json":
        return refused_json(UNREADABLE)
    try:
        given = msgspec.json.decode(request.body, type=Saved)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return refused_json(UNREADABLE)
    door, signed = _with_secret(request, door, given.resume)
    before = response_behind(door) if door.invitation is None else None
    if not _may_begin(request, door, before):
        return refused_json(TOO_OFTEN)
    definition, language = wording_of(door.wave), language_of(request)
    now = checked(definition, given.answers, whole=given.last)
    told = sentences(definition, blocking(now.faults))
    answer: dict[str, Any] = {"faults": told, "resume": signed}
    try:
        if given.last and not told:
            _hand_in(door, definition, now.answers, language)
            answer["next"] = _page(token, "answer_thanks", language)
        else:
            _save(door, now.answers, language)
    except (HandedInForGood, InvitationGone) as error:
        return refused_json(_why(error))
    return _remember(JsonResponse(answer, status=422 if told else 200), door, signed)


@public
@require_GET
def answer_thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Handed in: thank you, and what now."""
    door = _door(request, token)
    if isinstance(door, Refusal) and door is not FOR_GOOD:
        return refused(request, door)
    found = door_of(token)
    if found is None:
        return refused(request, UNKNOWN)
    language = language_of(request)
    definition = wording_of(found.wave)
    context = {
        "token": token,
        "language": language,
        "sender": organisation().name,
        "title": words(definition.title, language) or found.wave.survey.name,
        "thanks": words(definition.thanks, language),
        "is_anonymous": found.wave.is_anonymous,
    }
    return render(request, "invitations/answer_thanks.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Do not ask me again: asked on the page, since mail scanners open every link they see."""
    if doorkeeping.is_blocked(request, "miss", doorkeeping.MISSES):
        return refused(request, TOO_OFTEN)
    door = door_of(token)
    if door is None or door.invitation is None or not door.invitation.email:
        _note_miss(request, token)
        return refused(request, UNKNOWN)
    email = door.invitation.email
    if request.method == "POST":
        if request.POST.get("do") == "ask":
            opt_in(email=email)
        else:
            opt_out(email=email)
    context = {
        "token": token, "language": language_of(request), "sender": organisation().name,
        "is_out": is_opted_out(email),
    }  # fmt: skip
    return render(request, "invitations/answer_stop.html", context)
