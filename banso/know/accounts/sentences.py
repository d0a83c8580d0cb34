"""How the journal's entries about accounts read on a timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Field, Model
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account, Environment, Stage, TouchModel
from banso.shared.journal.models import Entry

MOST_NAMED = 3


def account_added(entry: Entry) -> str:
    return _("Added this customer")


def account_changed(entry: Entry) -> str:
    changes: Mapping[str, Any] = entry.payload.get("changes", {})
    labels = entry.payload.get("labels", {})
    said = [_change(name, _label(name, labels), old, new) for name, (old, new) in changes.items()]
    return "\n".join(said)


def _change(name: str, label: str, old: Any, new: Any) -> str:
    values = {"field": label, "old": _word(name, old), "new": _word(name, new)}
    if name in ("owner", "parent") or (old in (None, "") and new not in (None, "")):
        return _("%(field)s became “%(new)s”") % values
    if new in (None, ""):
        return _("%(field)s was emptied (it was “%(old)s”)") % values
    return _("%(field)s changed from “%(old)s” to “%(new)s”") % values


def _label(name: str, labels: Mapping[str, Mapping[str, str]]) -> str:
    """A field's name; that of an own field as it was called then."""
    if name.startswith("own_"):
        return labels.get(name, {}).get((get_language() or "en")[:2], name.removeprefix("own_"))
    return _name_of(Account, name)


def _name_of(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    return str(field.verbose_name) if isinstance(field, Field) else name


def _word(name: str, value: Any) -> str:
    labels: Mapping[str, Any] = {
        "stage": dict(Stage.choices),
        "touch_model": dict(TouchModel.choices),
    }.get(name, {})
    return str(labels.get(value, "—" if value in (None, "") else value))


def environment_changed(entry: Entry) -> str:
    names = [_name_of(Environment, name) for name in entry.payload.get("fields", ())]
    if len(names) > MOST_NAMED:
        return _("Wrote about the environment")
    quoted = " ".join(_("“%(text)s”") % {"text": name} for name in names)
    return _("Wrote about the environment: %(fields)s") % {"fields": quoted}


SENTENCES: Mapping[str, Callable[[Entry], str]] = {
    "account.added": account_added,
    "account.changed": account_changed,
    "environment.changed": environment_changed,
}
