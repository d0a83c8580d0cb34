"""The words of an invitation and of a reminder, in the language of who gets it."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.listen.invitations.links import personal_link
from banso.listen.invitations.models import Invitation
from banso.listen.surveys.definition import words
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import definition_of
from banso.shared.users.reads import organisation


def mail_to(wave: Wave, several: Sequence[Invitation], root: str) -> EmailMultiAlternatives:
    """One mail with the links of the invitations, which are all to one address.

    ``Message-ID`` follows from the invitation, so that a mail sent twice can be told from two.
    """
    first, sender = several[0], organisation().name
    with translation.override(first.language or organisation().language):
        language = translation.get_language() or "en"
        definition = definition_of(wave.version)
        title = words(definition.title, language) or wave.survey.name
        stop = personal_link(first, root, "answer_stop")
        context = {
            "name": str(first.person or first.user or ""),
            "sender": sender,
            "title": title,
            "intro": words(definition.intro, language),
            "links": _links(several, root),
            "stop": stop,
            "is_reminder": first.due > 1,
            "is_anonymous": wave.is_anonymous,
            "is_colleague": first.user_id is not None,
            "closes_on": wave.closes_on,
        }
        subject = _("Reminder: %(title)s") if first.due > 1 else _("A few questions: %(title)s")
        message = EmailMultiAlternatives(
            subject=" ".join((subject % {"title": title}).split()),
            body=render_to_string("invitations/mail.txt", context),
            from_email=_from(sender),
            to=[first.email],
            headers={
                "Message-ID": f"<{first.nonce}.{first.due}@{_domain()}>",
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(render_to_string("invitations/mail.html", context), "text/html")
        return message


def _links(several: Sequence[Invitation], root: str) -> list[tuple[str, str]]:
    """What each link is about ("" where there is nothing to tell apart) and the link."""
    if several[0].user_id is None:
        return [("", personal_link(several[0], root))]
    names = Account.objects.in_bulk([one.account_id for one in several if one.account_id])
    return [
        (names[one.account_id].name if one.account_id in names else "", personal_link(one, root))
        for one in several
    ]


def _from(sender: str) -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or " ".join(sender.split()), address))


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
