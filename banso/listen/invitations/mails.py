"""The words of an invitation and of a reminder, in the language of who gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from banso.know.accounts.models import Account
from banso.listen.invitations import letters
from banso.listen.invitations.letters import INVITATION, REMINDER, Letter
from banso.listen.invitations.links import personal_link
from banso.listen.invitations.models import Invitation
from banso.listen.surveys.definition import words
from banso.listen.surveys.models import Asked, Wave
from banso.listen.surveys.reads import definition_of
from banso.shared.users.reads import organisation

Links = Sequence[tuple[str, str]]
"""What each link is about ("" where there is nothing to tell apart) and the link."""


def mail_to(wave: Wave, several: Sequence[Invitation], root: str) -> EmailMultiAlternatives:
    """One mail with the links of the invitations, which are all to one address.

    ``Message-ID`` follows from the invitation, so that a mail sent twice can be told from two.
    """
    first = several[0]
    with translation.override(first.language or organisation().language):
        stop = personal_link(first, root, "answer_stop")
        name = str(first.person or first.user or "")
        kind = REMINDER if first.due > 1 else INVITATION
        letter = letter_of(wave, kind, _language())
        subject, text, html = written_out(wave, letter, name, _links(several, root), stop)
        message = EmailMultiAlternatives(
            subject=subject,
            body=text,
            from_email=_from(organisation().name),
            to=[first.email],
            headers={
                "Message-ID": f"<{first.nonce}.{first.due}@{_domain()}>",
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(html, "text/html")
        return message


def letter_of(wave: Wave, kind: str, language: str) -> Letter:
    """What was written for this wave, or the usual words."""
    kept = wave.mail_words.get(kind, {}).get(language)
    return Letter(kept["subject"], kept["body"]) if kept else usual_letter(wave, kind, language)


def usual_letter(wave: Wave, kind: str, language: str) -> Letter:
    with translation.override(language):
        subject = _("Reminder: {title}") if kind == REMINDER else _("A few questions: {title}")
        again = _(
            "We wrote to you a few days ago and have not heard from you yet. It would help us to "
            "know what you think."
        )
        about = _("Please tell us what you know about these customers:")
        parts = [
            pgettext("survey mail", "Dear {name},"),
            again if kind == REMINDER else "",
            "{intro}",
            about if wave.survey.asked == Asked.COLLEAGUES else "",
            "{link}",
            _("You can answer until {until}.") + "\n{promise}",
            "{sender}",
        ]
        return Letter(subject, "\n\n".join(part for part in parts if part))


def written_out(
    wave: Wave, letter: Letter, name: str, links: Links, stop: str
) -> tuple[str, str, str]:
    """Subject, plain text and HTML, in the language that is active; always with the way out."""
    values = _values(wave, name)
    paragraphs = letters.filled_body(letter, values)
    subject = letters.filled_subject(letter, values)
    told = "\n\n".join(f"{about}\n{link}" if about else link for about, link in links)
    context: dict[str, Any] = {
        "subject": subject, "paragraphs": paragraphs, "links": links, "stop": stop,
        "text": letters.as_text(paragraphs, told),
    }  # fmt: skip
    text = render_to_string("invitations/mail.txt", context)
    return subject, text, render_to_string("invitations/mail.html", context)


def _values(wave: Wave, name: str) -> Mapping[str, str]:
    """What stands for each placeholder; the links come by themselves."""
    language, definition = _language(), definition_of(wave.version)
    promise = (
        _("Your answers are anonymous: once they are handed in, nothing ties them to you.")
        if wave.is_anonymous
        else _("The link is yours alone: please do not pass it on.")
    )
    day = wave.closes_on
    return {
        "name": name,
        "title": words(definition.title, language) or wave.survey.name,
        "sender": organisation().name,
        "intro": words(definition.intro, language),
        "until": date_format(day, "SHORT_DATE_FORMAT") if day else "",
        "promise": promise,
    }


def _language() -> str:
    return (translation.get_language() or "en")[:2]


def _links(several: Sequence[Invitation], root: str) -> Links:
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
