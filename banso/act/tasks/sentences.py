"""How the journal's entries about tasks read on a customer's timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _

from banso.shared.journal.models import Entry


def added(entry: Entry) -> str:
    return _("Added the task “%(title)s”") % {"title": entry.payload.get("title", "")}


def done(entry: Entry) -> str:
    return _("Did the task “%(title)s”") % {"title": entry.payload.get("title", "")}


def reopened(entry: Entry) -> str:
    return _("Opened the task “%(title)s” again") % {"title": entry.payload.get("title", "")}


def changed(entry: Entry) -> str:
    return _("Changed the task “%(title)s”") % {"title": entry.payload.get("title", "")}


SENTENCES = {
    "task.added": added,
    "task.done": done,
    "task.reopened": reopened,
    "task.changed": changed,
}
