"""The form in which the words of a wave's mails are written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.invitations.letters import (
    IN_BODY,
    IN_SUBJECT,
    KINDS,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    Letter,
    LetterFault,
    faults,
)
from banso.listen.invitations.mails import letter_of, usual_letter
from banso.listen.surveys.models import Wave
from banso.shared.users.models import Language

PARTS = [(kind, language) for kind in KINDS for language in Language.values]
SENTENCES: dict[str, str | Promise] = {
    "empty": _("The mail needs a subject."),
    "several_lines": _("The subject has to be one line, without line breaks."),
    "too_long": _("This is too long: at most %(most)s characters."),
    "unknown": _("“%(found)s” is not a placeholder. There are: %(known)s."),
    "only_in_body": _("“%(found)s” can stand in the text of the mail only, not in its subject."),
    "no_link": _("Nobody could answer: put {link} where the link to the questions shall stand."),
}


def sentence(fault: LetterFault) -> str:
    in_subject = fault.part == "subject"
    known = ", ".join(f"{{{key}}}" for key in (IN_SUBJECT if in_subject else IN_BODY))
    most = f"{LONGEST_SUBJECT if in_subject else LONGEST_BODY:,}"
    return str(SENTENCES[fault.reason]) % {"found": fault.found, "known": known, "most": most}


class LetterForm(forms.Form):
    """Subject and text of each mail in each language; what is left empty is said as usual."""

    def __init__(self, *args: Any, wave: Wave, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wave = wave
        for kind, language in PARTS:
            letter, name = letter_of(wave, kind, language), f"{kind}_{language}"
            self.fields[f"{name}_subject"] = forms.CharField(
                label=_("Subject"), required=False, initial=letter.subject,
                widget=forms.TextInput(attrs={"lang": language}),
            )  # fmt: skip
            self.fields[f"{name}_body"] = forms.CharField(
                label=_("Text of the mail"), required=False, initial=letter.body,
                widget=forms.Textarea(attrs={"lang": language, "rows": 13}),
            )  # fmt: skip

    def letter(self, kind: str, language: str) -> Letter:
        """As it is written now, in a form that was not sent as it was kept."""
        usual = usual_letter(self.wave, kind, language)
        subject, body = (self._text(f"{kind}_{language}_{part}") for part in ("subject", "body"))
        return Letter(subject or usual.subject, body or usual.body)

    def _text(self, name: str) -> str:
        text = str(self.data.get(name, "") if self.is_bound else self.fields[name].initial)
        return text.replace("\r\n", "\n").replace("\x00", "").strip()

    def clean(self) -> dict[str, Any]:
        for kind, language in PARTS:
            for fault in faults(self.letter(kind, language)):
                self.add_error(f"{kind}_{language}_{fault.part}", sentence(fault))
        return self.cleaned_data

    def written(self) -> dict[str, dict[str, dict[str, str]]]:
        """What differs from the usual words, as ``Wave.mail_words`` keeps it."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for kind, language in PARTS:
            letter = self.letter(kind, language)
            if letter != usual_letter(self.wave, kind, language):
                kept = {"subject": letter.subject, "body": letter.body}
                found.setdefault(kind, {})[language] = kept
        return found
