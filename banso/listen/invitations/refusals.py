"""Why a link does not open a form, or a form is not taken: said in the visitor's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Refusal:
    status: int
    title: str | Promise
    text: str | Promise


UNKNOWN = Refusal(
    404,
    _("This link leads nowhere"),
    _(
        "It may have been cut off when it was copied. Please open it from the e-mail again, or "
        "ask whoever sent it to you."
    ),
)
EXPIRED = Refusal(
    410,
    _("This link has expired"),
    _("Thank you for your interest. Answers can no longer be taken through this link."),
)
CLOSED = Refusal(
    410,
    _("This survey is closed"),
    _(
        "Thank you for your interest. No more answers are taken; what was handed in before the "
        "end is kept."
    ),
)
NOT_YET = Refusal(
    409,
    _("This survey has not begun yet"),
    _("Please open the link again once it has."),
)
FOR_GOOD = Refusal(
    409,
    _("You have handed in your answers, thank you"),
    _(
        "They are anonymous: nobody can tell any more which ones are yours, and so they cannot be "
        "changed."
    ),
)
TOO_OFTEN = Refusal(
    429,
    _("Too many attempts"),
    _("Please wait a few minutes and open the link again. What you saved is kept."),
)
TOO_LARGE = Refusal(
    413,
    _("That is too much text"),
    _(
        "Please go back and shorten it: 10,000 characters fit into one answer. What you saved on "
        "earlier pages is kept."
    ),
)
UNREADABLE = Refusal(
    400,
    _("What was sent cannot be read"),
    _("Please open the link again and go on. What you saved on earlier pages is kept."),
)


def refused(request: HttpRequest, why: Refusal) -> HttpResponse:
    context = {"why": why, "language": (get_language() or "en")[:2]}
    return render(request, "invitations/refused.html", context, status=why.status)


def refused_json(why: Refusal) -> JsonResponse:
    """The same for our script."""
    return JsonResponse({"message": f"{why.title}. {why.text}"}, status=why.status)
