"""How the journal's entries about people read on an account's timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from banso.shared.journal.models import Entry


def person_added(entry: Entry) -> str:
    return _("Added %(name)s to the people") % _named(entry)


def person_changed(entry: Entry) -> str:
    return _("Changed what is known about %(name)s") % _named(entry)


def person_placed(entry: Entry) -> str:
    became_key, was_key = entry.payload.get("is_key"), entry.payload.get("was_key")
    if became_key and not was_key:
        return _("%(name)s became a key person") % _named(entry)
    if was_key and not became_key:
        return _("%(name)s is no longer a key person") % _named(entry)
    return _("Changed the place of %(name)s") % _named(entry)


def person_left(entry: Entry) -> str:
    return _("%(name)s left the people of this customer") % _named(entry)


def _named(entry: Entry) -> dict[str, str]:
    return {"name": str(entry.payload.get("name", ""))}


SENTENCES: Mapping[str, Callable[[Entry], str]] = {
    "person.added": person_added,
    "person.linked": person_added,
    "person.changed": person_changed,
    "person.placed": person_placed,
    "person.left": person_left,
}
