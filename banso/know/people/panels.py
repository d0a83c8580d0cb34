from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.people.reads import AT_ACCOUNT, people_at
from banso.shared.users.reads import signed_in


def people(request: HttpRequest, account: Account) -> str:
    """Who is there, key persons first."""
    places = people_at(account)
    context = {
        "account": account,
        "places": places[:AT_ACCOUNT],
        "has_more": len(places) > AT_ACCOUNT,
        "has_key_person": any(place.is_key for place in places),
        "may_change": may_change(signed_in(request), account),
    }
    return render_to_string("people/people_panel.html", context, request)
