from __future__ import annotations

import re
from typing import Any

from django.test import Client

from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tokens import token_of
from banso.listen.invitations.writes.waves import open_wave, plan_wave
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Asked, Wave
from banso.listen.surveys.writes import create_survey
from banso.shared import clock
from banso.shared.users.models import User

ROOT = "http://testserver"


def a_planned_wave(
    *,
    definition: Definition = TEMPLATE.definition,
    asked: str = Asked.CUSTOMERS,
    has_public_link: bool = False,
    mailing: dict[str, Any] | None = None,
    by: User | None = None,
    **fields: Any,
) -> Wave:
    survey = create_survey(by=None, name="満足度調査", definition=definition, asked=asked)
    fields = {
        "name": "2026年度", "opens_on": clock.today(), "closes_on": None, "audience": "",
        "key_people_only": False, "throttle_days": 90, "remind_after": [], "is_anonymous": False,
    } | fields  # fmt: skip
    return plan_wave(
        by=by, version=survey.versions.get(), has_public_link=has_public_link,
        mailing=mailing or {}, **fields,
    )  # fmt: skip


def an_open_wave(**fields: Any) -> Wave:
    wave = a_planned_wave(**fields)
    open_wave(by=None, wave=wave, link_root=ROOT)
    return wave


def links_in(text: str) -> list[str]:
    """The paths of the forms that a mail's text leads to."""
    return list(re.findall(r"https?://[^/]+(/s/[^/\s]+/)\s", text))


def path_of(invitation: Invitation, page: str = "") -> str:
    return f"/s/{token_of(invitation)}/{page}"


def public_path(wave: Wave, page: str = "") -> str:
    return f"/s/{wave.public_token}/{page}"


def sent_by_script(
    client: Client, path: str, answers: dict[str, Any], *, last: bool = True, resume: str = "",
    **more: Any,
) -> Any:  # fmt: skip
    """What the page's script posts to ``path``, the page's address."""
    body = {"answers": answers, "last": last, "resume": resume}
    return client.post(f"{path}save/", body, content_type="application/json", **more)
