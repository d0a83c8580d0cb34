"""Takes a person who is forgotten out of refused events and out of examples of properties."""

from __future__ import annotations

import json

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from banso.know.forgetting.registry import Identity, Trace
from banso.listen.events.models import EventName, RefusedEvent


@transaction.atomic
def take_out(identity: Identity) -> list[Trace]:
    """Refused events that hold the id or the e-mail are deleted: nobody may take them in later."""
    named = Q()
    for text in _as_sent(identity):
        named |= Q(raw__contains=text)
    deleted = RefusedEvent.objects.filter(named).delete()[0]
    emptied = 0
    for kind in EventName.objects.exclude(properties=[]):
        told = [one for one in kind.properties if _names(identity, one.get("example"))]
        for one in told:
            one["example"] = ""
        if told:
            kind.save(update_fields=["properties"])
            emptied += len(told)
    return [
        Trace(gettext_noop("Refused events"), deleted, "removed"),
        Trace(gettext_noop("Examples of properties"), emptied, "changed"),
    ]


def _as_sent(identity: Identity) -> set[str]:
    """The id between its quotation marks, as a longer one would hold it too, and the e-mail."""
    forms = {json.dumps(identity.external_id, ensure_ascii=plain) for plain in (True, False)}
    return forms | ({identity.email} if identity.email else set())


def _names(identity: Identity, example: object) -> bool:
    text = str(example or "").casefold()
    contact = [word.casefold() for word in (identity.email, identity.name, identity.phone) if word]
    return text == identity.external_id.casefold() or any(word in text for word in contact)
