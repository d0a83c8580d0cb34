"""Messages as Segment's and RudderStack's sources send them, in our words. Pure."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from banso.listen.events.wire import Event, Identity, Traits

KINDS = ("track", "identify", "group")
MOST_BYTES = 4 * 1024 * 1024
_THEIRS = {
    "name": "event",
    "event_id": "messageId",
    "time": "timestamp",
    "user": "userId",
    "account": "context.groupId",
}
Kind = TypeVar("Kind", Event, Identity)
_GROUP = ("groupId", "group_id", "accountId", "account_id", "companyId", "company_id")


class Message(msgspec.Struct, rename="camel"):
    """One call; other fields of a source are of no use here."""

    type: Any = None
    event: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    group_id: Any = None
    message_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    properties: Any = None
    traits: Any = None
    context: Any = None


class Batch(msgspec.Struct):
    batch: list[msgspec.Raw]


def event_of(message: Message) -> Event:
    """A track call as an event; ``msgspec.ValidationError`` names what does not fit."""
    context, properties = _dict(message.context), _dict(message.properties)
    traits = _dict(context.get("traits"))
    given = {
        "name": message.event,
        "account": account_of(message),
        "user": message.user_id or message.anonymous_id or None,
        "role": _text(traits.get("role"), 200),
        "event_id": message.message_id or None,
        "time": message.timestamp or message.original_timestamp or message.sent_at or None,
        "properties": properties or None,
    }
    return _converted(given, Event)


def identity_of(message: Message) -> Identity:
    """An identify or group call as a person and their place; what does not fit is left out."""
    traits = {**_dict(_dict(message.context).get("traits")), **_dict(message.traits)}
    if message.type == "group":
        traits = _dict(_dict(message.context).get("traits"))
    first, last = _text(traits.get("firstName"), 99), _text(traits.get("lastName"), 99)
    person = Traits(
        name=_text(traits.get("name"), 200) or " ".join(filter(None, (first, last))) or None,
        email=_text(traits.get("email"), 254),
        role=_text(traits.get("role"), 60),
        title=_text(traits.get("title"), 100),
    )
    given = {"user": message.user_id, "account": account_of(message), "traits": person}
    return _converted(given, Identity)


def _converted(given: dict[str, Any], kind: type[Kind]) -> Kind:
    """What was given as our own; a fault names the field as the source does."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        for ours, theirs in _THEIRS.items():
            text = text.replace(f"`$.{ours}`", f"`$.{theirs}`")
        raise msgspec.ValidationError(text) from error


def account_of(message: Message) -> Any:
    """The customer that a message names: the group, in whichever place the source puts it."""
    if message.type == "group":
        return group_of(message)
    context = _dict(message.context)
    if context.get("groupId"):
        return context["groupId"]
    for holder in (message.properties, message.traits, context.get("traits")):
        values = _dict(holder)
        named = next((values[name] for name in _GROUP if values.get(name)), None)
        named = named or _dict(values.get("company")).get("id")
        if named:
            return named
    return None


def group_of(message: Message) -> str:
    """The customer's id in a group call; ``msgspec.ValidationError`` without a usable one."""
    value = message.group_id
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = _text(value, 200)
    if found is None:
        raise msgspec.ValidationError("the id of the customer is needed - at `$.groupId`")
    return found


def company_of(message: Message) -> dict[str, Any]:
    """The columns of a customer that a group call's traits fill."""
    traits = _dict(message.traits)
    found: dict[str, Any] = {
        name: _text(traits.get(name), most)
        for name, most in (("name", 200), ("industry", 100), ("website", 200))
    }
    employees = traits.get("employees")
    if isinstance(employees, int) and not isinstance(employees, bool) and 0 <= employees < 2**31:
        found["employees"] = employees
    return {name: value for name, value in found.items() if value is not None}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, most: int) -> str | None:
    fits = isinstance(value, str) and 0 < len(value.strip()) <= most and "\0" not in value
    return value.strip() if fits else None
