"""Where links lead, and until when they are good."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from banso.listen.invitations.models import Invitation, Mailing
from banso.listen.invitations.rules import LINK_DAYS
from banso.listen.invitations.tokens import token_of
from banso.listen.surveys.models import Wave
from banso.shared import clock
from banso.shared.users.reads import organisation


def link_root(mailing: Mailing) -> str:
    """What stands before the path: BANSO_URL, or where the wave was opened."""
    return (settings.PUBLIC_URL or mailing.link_root).rstrip("/")


def personal_link(invitation: Invitation, root: str, page: str = "answer_form") -> str:
    return root + reverse(f"answering:{page}", args=[token_of(invitation)])


def public_link(wave: Wave, root: str) -> str:
    return root + reverse("answering:answer_form", args=[wave.public_token])


def end_of_links(wave: Wave) -> datetime:
    """The end of the wave's last day, or some weeks from now where it has none."""
    if wave.closes_on is None:
        return clock.now() + timedelta(days=LINK_DAYS)
    zone = ZoneInfo(organisation().time_zone)
    return datetime.combine(wave.closes_on + timedelta(days=1), time.min, tzinfo=zone)
