"""What a thank-you mail says."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from banso.act.visits.models import Thanks, ThanksWords
from banso.act.visits.writes import address_of
from banso.listen.surveys.definition import LANGUAGES
from banso.listen.surveys.models import Wave
from banso.shared.users.reads import organisation

Words = dict[str, dict[str, str]]
NAME, COMPANY = "{name}", "{company}"


def usual_words() -> Words:
    """What a thank-you mail says until somebody writes it otherwise."""
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = {
                "subject": _("Thank you for answering our survey"),
                "body": "\n\n".join(
                    [
                        _("Dear {name},"),
                        _(
                            "Thank you for answering our survey. We have read your answers and "
                            "will put them to use."
                        ),
                        _(
                            "May we come back to you about them? We would like to see how you "
                            "work and learn from it."
                        ),
                        COMPANY,
                    ]
                ),
            }
    return found


def words_of(wave: Wave) -> Words:
    kept = ThanksWords.objects.filter(wave=wave).first()
    return kept.words if kept else usual_words()


def language_of(thanks: Thanks) -> str:
    """In which language somebody answered; else the organisation's."""
    said = thanks.response.language[:2] or (thanks.user.language[:2] if thanks.user else "")
    return said if said in LANGUAGES else organisation().language[:2]


def mail_for(thanks: Thanks, words: Mapping[str, Mapping[str, str]]) -> EmailMessage:
    """One mail; a line break in what somebody is called never becomes a header."""
    said = words.get(language_of(thanks)) or usual_words()[LANGUAGES[0]]
    holder = thanks.person or thanks.user
    filled = {NAME: holder.name if holder else "", COMPANY: organisation().name}
    subject, body = said["subject"], said["body"]
    for place, text in filled.items():
        subject, body = subject.replace(place, text), body.replace(place, text)
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address_of(thanks.response)],
        headers={"Auto-Submitted": "auto-generated"},
    )
