"""How uses of patterns read on a customer's timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _

from banso.shared.journal.models import Entry


def used(entry: Entry) -> str:
    return _("Used the winning pattern “%(name)s”") % {"name": entry.payload.get("name", "")}


SENTENCES = {"pattern.used": used}
