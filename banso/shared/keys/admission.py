"""Who a request comes from: the key in its header, with the scope that the door asks for."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from banso.shared.keys.models import ApiKey
from banso.shared.keys.problems import Refused
from banso.shared.keys.reads import key_for
from banso.shared.keys.rules import token_in


def admitted(request: HttpRequest, scope: str) -> ApiKey:
    """The key that the request carries, when it has the scope (any key for an empty one)."""
    token = token_in(request.headers.get("Authorization", ""))
    key = key_for(token) if token else None
    if key is None:
        said = _(
            "The API key is unknown or revoked: send Authorization: Bearer KEY with a key from "
            "Settings > API keys."
        )
        if not token:
            said = _(
                "The API key is missing: send Authorization: Bearer KEY with a key from "
                "Settings > API keys."
            )
        raise Refused(401, said, headers={"WWW-Authenticate": 'Bearer realm="Banso"'})
    if scope and not key.may(scope):
        raise Refused(
            403,
            _("The key “%(name)s” lacks the scope %(scope)s: make one that has it.")
            % {"name": key.name, "scope": scope},
        )
    return key
