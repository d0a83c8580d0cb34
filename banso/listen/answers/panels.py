from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from banso.know.accounts.models import Account
from banso.listen.answers.reads import extent_of, in_words, told_by, years_of

SHOWN = 3


def told(request: HttpRequest, account: Account) -> str:
    """What people there answered last, from whatever survey; one query where nobody has."""
    language = (get_language() or "en")[:2]
    extent = extent_of(account)
    context: dict[str, object] = {"account": account, "extent": extent}
    if extent.answers:
        context["years"] = years_of(account, SHOWN)
        context["told"] = in_words(list(told_by(account)[:SHOWN]), language)
    return render_to_string("answers/told_panel.html", context, request)
