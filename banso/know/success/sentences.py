"""How definitions of success read on a customer's timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _

from banso.shared.journal.models import Entry


def defined(entry: Entry) -> str:
    return _("Wrote down what this customer calls success")


def changed(entry: Entry) -> str:
    return _("Changed what this customer calls success (version %(number)s)") % {
        "number": entry.payload.get("version", "")
    }


def ended(entry: Entry) -> str:
    return _("Ended the customer's definition of success")


SENTENCES = {"success.defined": defined, "success.changed": changed, "success.ended": ended}
