"""What is wrong with a file of answers, as sentences that say what to do."""

# ruff: noqa: E501 - sentences

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.earlier.labels import goes_label
from banso.listen.imports import sentences as of_imports
from banso.listen.imports.reading.faults import Fault

OWN: dict[str, str | Promise] = {
    "no_question": _(
        "No column holds an answer. Say of at least one column which question it answers."
    ),
    "goes_twice": _("Two columns go to “%(goes)s”. Keep one of them."),
    "when_missing": _(
        "No column says when people answered. Choose the column, or give one day for all rows."
    ),
    "name_missing": _("Give the survey a name."),
    "wave_name_missing": _("Give the wave a name, such as the year."),
    "nobody_answered": _(
        "No column says who answered. Choose the column of the customer or the person, or say that the survey was anonymous."
    ),
    "who_missing": _("Neither a customer nor a person is named. Fill one in."),
    "day_missing": _("The day of the answer is empty. Fill it in, or give one day for all rows."),
    "day_out_of_range": _(
        "“%(text)s” lies in the future or too far back. Correct the day, or the order of day and month."
    ),
    "off_the_scale": _(
        "“%(text)s” has no place on the scale yet. Say on the page of the columns which number it means, or correct it."
    ),
    "unknown_value": _(
        "“%(text)s” is none of the known answers. Say on the page of the columns which one it means, or correct it."
    ),
    "not_an_answer": _("“%(text)s” cannot be an answer to this question. Correct it."),
    "no_answers": _("The row holds no answer. Fill one in, or leave the row out."),
    "hidden_by_branch": _(
        "The survey would not have asked this, given the other answers. The answer is kept as the file says it and not counted."
    ),
    "answered_twice": _(
        "The same answer or person stands in row %(first)s, which was taken. Keep one of the two."
    ),
    "person_twice": _(
        "The same person answers in row %(first)s, which was taken. Keep one of the two."
    ),
    "person_answered_before": _(
        "This person has an answer in this wave already. Keep one of the two, or bring this file in as another wave."
    ),
    "stopped": _(
        "Something unexpected stopped it: %(error)s. What came in stays; go on, or undo it."
    ),
}


def sentence(found: Fault) -> str:
    """The fault in the reader's language, with the column it was found in."""
    if found.code not in OWN:
        return of_imports.sentence(found)
    said: dict[str, Any] = dict(found.said)
    if "goes" in said:
        said["goes"] = goes_label(said["goes"])
    words = str(OWN[found.code]) % said
    return f"{found.column}: {words}" if found.column else words


def sentence_of(kept: dict[str, Any]) -> str:
    """The same for a fault kept as JSON."""
    return sentence(Fault(kept["code"], kept.get("column", ""), kept.get("said", {})))
