"""What the fields of ours are called on the pages; the words of the models where there are any."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.listen.imports.meaning.dates import DAY_FIRST, MONTH_FIRST
from banso.listen.imports.meaning.kinds import CUSTOM, EVENTS, PROP, SKIP, TARGETS

LABELS: dict[str, str | Promise] = {
    "external_id": _("Id"),
    "name": _("Name"),
    "name_kana": _("Reading of the name"),
    "industry": _("Industry"),
    "country": _("Country"),
    "segment": _("Segment"),
    "touch_model": _("Touch model"),
    "stage": _("Stage"),
    "employees": _("Employees"),
    "website": _("Website"),
    "signed_up_on": _("Signed up on"),
    "owner": _("Owner"),
    "parent": _("Parent company"),
    "account": _("Customer (id, name or subscription id)"),
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "department": _("Department"),
    "title": _("Title"),
    "product_role": _("Role in the product"),
    "is_key": _("Key person"),
    "influence": _("Influence"),
    "channel": _("Preferred channel"),
    "personality": _("Personality"),
    "start": _("Start"),
    "end": _("End"),
    "plan": _("Plan"),
    "term_months": _("Term in months"),
    "mrr": _("Monthly amount (MRR)"),
    "arr": _("Yearly amount (ARR)"),
    "mrr_minor": _("MRR"),
    "currency": _("Currency"),
    "seats": _("Seats"),
    "is_trial": _("Trial"),
    "outcome": _("Renewed or churned"),
    "cancelled_on": _("Notice given on"),
    "observed_from": _("Watched since"),
    "tenure_months": _("Months as a customer"),
    "time": _("Date and time"),
    "event_id": _("Event id"),
    "user_key": _("User id"),
    "role": _("Role in the product"),
}
EVENT_NAME = _("Event name")
ORDERS = ((MONTH_FIRST, _("month/day/year")), (DAY_FIRST, _("day/month/year")))
ENCODING_CHOICES = (
    ("utf-8-sig", "UTF-8"),
    ("cp932", _("Shift_JIS (Windows Japanese)")),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("euc_jp", "EUC-JP"),
)


def target_label(key: str, kind: str = "") -> str | Promise:
    if key == "name" and kind == EVENTS:
        return EVENT_NAME
    return LABELS.get(key, key)


def field_label(name: str) -> str | Promise:
    """A column of a model, as the changes of a run name it."""
    if name.startswith("custom."):
        return name.removeprefix("custom.")
    return LABELS.get(name.removesuffix("_id") if name != "external_id" else name, name)


def target_choices(kind: str) -> list[tuple[str, str | Promise]]:
    """Where a column can go, the required first as the kind lists them."""
    own = _("A property of the event") if kind == EVENTS else _("A field of your own")
    return [
        (SKIP, _("— leave out —")),
        *((target.key, target_label(target.key, kind)) for target in TARGETS[kind]),
        (PROP if kind == EVENTS else CUSTOM, own),
    ]
