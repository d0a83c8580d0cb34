"""Which metrics every organisation has, and which are worth having for the events that came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

MOST = 40
MOST_NAMES = 20
MOST_ROLES = 4
MOST_PROPERTIES = 6
FEWEST_FEATURES = 3
PAST_DAYS = 28 * 7  # the last 28 days and six windows before


@dataclass(frozen=True)
class Found:
    """An event name that arrived."""

    name: str
    is_core: bool = False
    numbers: Sequence[str] = ()


@dataclass(frozen=True)
class Proposal:
    key: str
    shape: str
    params: dict[str, Any] = field(default_factory=dict)
    is_default: bool = False
    is_wanted: bool = False


DEFAULTS = (
    Proposal("active_users_28d", "active_users", {"role": "", "days": 28}, is_default=True),
    Proposal("usage_28d", "recent_count", {"event": "", "days": 28}, is_default=True),
    Proposal("usage_trend_28d", "recent_trend", {"event": "", "days": 28}, is_default=True),
    Proposal("days_to_first_event", "days_to_first", {"event": ""}, is_default=True),
    Proposal("days_to_first_value", "days_to_first", {"event": "@core"}, is_default=True),
    Proposal("early_usage_30d", "early_count", {"event": "", "days": 30}, is_default=True),
)


def plain_part(text: str) -> str:
    """What of a name can stand in a key."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def slug(text: str) -> str:
    """A key for a name in any script: readable where it is plain, short and steady where not."""
    plain = plain_part(text)
    if plain == text.lower() and len(plain) <= 40:
        return plain
    mark = blake2b(text.encode(), digest_size=4).hexdigest()
    return f"{plain[:30]}_{mark}" if plain else f"e_{mark}"


@dataclass(frozen=True)
class Known:
    """What else is there: seats in contracts, named features, days of events."""

    has_seats: bool = False
    features: int = 0
    days: int = 0


def proposals(
    names: Sequence[Found], roles: Sequence[str], known: Known = Known()
) -> list[Proposal]:
    """The defaults, what people marked, and the most frequent: ``MOST`` besides the marked."""
    made = [*DEFAULTS, *_of_core(names)]
    rest = [*_of_habits(known), *_of_roles(roles[:MOST_ROLES])]
    rest += [*_of_names(names[:MOST_NAMES]), *_of_numbers(names)]
    return [*made, *rest[: max(MOST - len(DEFAULTS), 0)]]


def _of_habits(known: Known) -> Iterator[Proposal]:
    """One of each kind, where what it needs is there."""
    every = {"event": ""}
    if known.days >= PAST_DAYS:
        yield Proposal("weeks_of_use_in_a_row", "streak", every | {"period": "week"})
        past = {"days": 28, "windows": 6, "way": "change"}
        yield Proposal("usage_own_past_28d", "own_past", every | past)
    if known.has_seats:
        yield Proposal("seats_in_use_28d", "seats_active", every | {"days": 28})
    if known.features >= FEWEST_FEATURES:
        params = {"parts": [], "days": 28, "way": "evenness"}
        yield Proposal("breadth_of_use_28d", "feature_entropy", params)


def _of_core(names: Sequence[Found]) -> Iterator[Proposal]:
    core = [found for found in names if found.is_core]
    for found in core:
        key, event = slug(found.name), {"event": found.name}
        yield Proposal(f"early_{key}_30d", "early_count", event | {"days": 30}, is_wanted=True)
        # the days to a single core action are days_to_first_value already
        if len(core) > 1:
            yield Proposal(f"days_to_{key}", "days_to_first", event, is_wanted=True)


def _of_roles(roles: Sequence[str]) -> Iterator[Proposal]:
    for role in roles:
        params = {"role": role, "days": 28}
        yield Proposal(f"active_{slug(role)}_28d", "active_users", params)
    if len(roles) > 1:
        params = {"role": roles[1], "other_role": roles[0], "days": 28}
        yield Proposal(f"ratio_{slug(roles[1])}_{slug(roles[0])}_28d", "role_ratio", params)


def _of_names(names: Sequence[Found]) -> Iterator[Proposal]:
    for found in names:
        params = {"event": found.name, "days": 28}
        yield Proposal(f"count_{slug(found.name)}_28d", "recent_count", params)


def _of_numbers(names: Sequence[Found]) -> Iterator[Proposal]:
    pairs = [(found.name, prop) for found in names for prop in found.numbers]
    for name, prop in pairs[:MOST_PROPERTIES]:
        params = {"event": name, "property": prop, "days": 28}
        yield Proposal(f"sum_{slug(name)}_{slug(prop)}_28d", "property_sum", params)
