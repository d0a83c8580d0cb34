"""How thanks, visits and findings read on a customer's timeline."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.shared.journal.models import Entry


def _day(entry: Entry) -> str:
    told = entry.payload.get("day")
    return date_format(date.fromisoformat(told), "SHORT_DATE_FORMAT") if told else ""


def thanked(entry: Entry) -> str:
    if entry.payload.get("means") == "mail":
        return _("Thanked somebody by e-mail for answering the survey")
    return _("Thanked somebody in person for answering the survey")


def planned(entry: Entry) -> str:
    day = _day(entry)
    return _("Planned a visit on %(day)s") % {"day": day} if day else _("Planned a visit")


def held(entry: Entry) -> str:
    return _("Visited on %(day)s") % {"day": _day(entry)}


def changed(entry: Entry) -> str:
    return _("Changed what the visit of %(day)s found") % {"day": _day(entry)}


def called_off(entry: Entry) -> str:
    return _("Called the visit off")


def found(entry: Entry) -> str:
    said = {
        "request": _("Took a request home from the visit"),
        "action": _("Decided on an action after the visit"),
        "learning": _("Wrote down what the visit taught"),
    }
    return said.get(entry.payload.get("found", ""), "")


SENTENCES = {
    "visit.thanked": thanked,
    "visit.planned": planned,
    "visit.held": held,
    "visit.changed": changed,
    "visit.called_off": called_off,
    "visit.finding": found,
}
