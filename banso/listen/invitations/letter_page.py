"""What the page about the words of a wave's mails shows."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.invitations.letter_form import PARTS, LetterForm, sentence
from banso.listen.invitations.letters import INVITATION, REMINDER, faults
from banso.listen.invitations.mails import Links, written_out
from banso.listen.surveys.models import Asked
from banso.shared.users.models import Language

LABELS: dict[str, str | Promise] = {
    INVITATION: gettext_lazy("Invitation"),
    REMINDER: gettext_lazy("Reminder"),
}
PLACEHOLDERS: dict[str, str | Promise] = {
    "{name}": gettext_lazy("name of who gets the mail"),
    "{title}": gettext_lazy("title of the survey"),
    "{sender}": gettext_lazy("name of your organisation"),
    "{intro}": gettext_lazy("introduction of the survey"),
    "{link}": gettext_lazy("the personal link; has to be there"),
    "{until}": gettext_lazy("last day, if there is one"),
    "{promise}": gettext_lazy("whether it is anonymous, or that the link is personal"),
}


def letter_block(form: LetterForm, kind: str, language: str, root: str) -> dict[str, Any]:
    """One mail in one language: its fields, and how it would look for an invented reader."""
    letter, wave = form.letter(kind, language), form.wave
    said = [sentence(fault) for fault in faults(letter)]
    with translation.override(language):
        links: Links = [("", f"{root}/s/…/")]
        if wave.survey.asked == Asked.COLLEAGUES:
            links = [(_("Customer A"), f"{root}/s/…/"), (_("Customer B"), f"{root}/s/……/")]
        subject, text, _html = written_out(
            wave, letter, _("Hanako Yamada"), links, f"{root}/s/…/stop/"
        )
    return {
        "part": f"{kind}-{language}",
        "language": language,
        "language_label": Language(language).label,
        "subject_field": form[f"{kind}_{language}_subject"],
        "body_field": form[f"{kind}_{language}_body"],
        "is_written": language in wave.mail_words.get(kind, {}),
        "faults": said,
        "subject": subject,
        "text": text.strip(),
    }


def letters_context(form: LetterForm, root: str) -> dict[str, Any]:
    kinds = [
        (label, [letter_block(form, kind, one, root) for of, one in PARTS if of == kind])
        for kind, label in LABELS.items()
    ]
    return {
        "form": form, "wave": form.wave, "kinds": kinds, "placeholders": PLACEHOLDERS.items(),
    }  # fmt: skip
