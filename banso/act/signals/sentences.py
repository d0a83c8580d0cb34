"""How the journal's entries about signals read on a customer's timeline."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.act.signals.kinds import kinds
from banso.shared.journal.models import Entry


def _title(entry: Entry) -> str:
    kind = kinds().get(entry.payload.get("signal", ""))
    return str(kind.title) if kind else str(entry.payload.get("signal", ""))


def raised(entry: Entry) -> str:
    kind = kinds().get(entry.payload.get("signal", ""))
    if kind is None or "data" not in entry.payload:
        return _("Signal: %(title)s") % {"title": _title(entry)}
    return _("Signal: %(title)s") % {"title": kind.reason(entry.payload["data"], entry.at.date())}


def ended(entry: Entry) -> str:
    return _("Signal over: %(title)s") % {"title": _title(entry)}


def snoozed(entry: Entry) -> str:
    day = date_format(date.fromisoformat(entry.payload["until"]), "SHORT_DATE_FORMAT")
    return _("Put the signal “%(title)s” off until %(day)s") % {"title": _title(entry), "day": day}


def dismissed(entry: Entry) -> str:
    said = {"title": _title(entry), "note": entry.payload.get("note", "")}
    return _("Dismissed the signal “%(title)s”: %(note)s") % said


SENTENCES = {
    "signal.raised": raised,
    "signal.ended": ended,
    "signal.snoozed": snoozed,
    "signal.dismissed": dismissed,
}
