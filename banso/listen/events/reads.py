from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from banso.know.people.models import Membership
from banso.listen.events.models import (
    EventName,
    Feature,
    HiddenProperty,
    RefusalState,
    RefusedEvent,
    RoleName,
    UnknownAccount,
)
from banso.shared import clock

NEW = timedelta(days=7)


def event_names(wanted: str = "") -> QuerySet[EventName]:
    """What arrived, most frequent first; those that have the wanted text in a name, if any is."""
    names = EventName.objects.all()
    if not wanted:
        return names
    return names.filter(
        Q(name__icontains=wanted) | Q(label_en__icontains=wanted) | Q(label_ja__icontains=wanted)
    )


def new_since() -> datetime | None:
    """From when a name counts as new; None while all of them are, in the first week."""
    start = clock.now() - NEW
    oldest = EventName.objects.aggregate(oldest=Min("found_at"))["oldest"]
    return start if oldest and oldest < start else None


def new_names() -> QuerySet[EventName]:
    """Names that came for the first time within the last week, the newest first."""
    since = new_since()
    if since is None:
        return EventName.objects.none()
    return EventName.objects.filter(found_at__gte=since).order_by("-found_at", "name")


def refused_by_code() -> dict[str, int]:
    """How many refused events are open, by reason, most first."""
    found = RefusedEvent.objects.filter(state=RefusalState.OPEN).order_by().values("code")
    counted = found.annotate(n=Count("pk")).order_by("-n", "code")
    return {row["code"]: row["n"] for row in counted}


def features_with_counts() -> QuerySet[Feature]:
    """The features with how many kinds of events they have, and how many events came of them."""
    return Feature.objects.annotate(
        names=Count("events"), volume=Sum("events__count", default=0)
    ).order_by("key")


def last_event() -> datetime | None:
    """When the last event of all happened."""
    found: datetime | None = EventName.objects.aggregate(last=Max("last_seen"))["last"]
    return found


def core_names() -> list[str]:
    """The names that are marked as core actions."""
    return list(
        EventName.objects.filter(is_core=True).order_by("name").values_list("name", flat=True)
    )


def features() -> dict[str, tuple[str, ...]]:
    """The events of each feature that has some, by its key."""
    found: dict[str, tuple[str, ...]] = {}
    named = EventName.objects.exclude(feature=None).order_by("feature__key", "name")
    for key, name in named.values_list("feature__key", "name"):
        found[key] = (*found.get(key, ()), name)
    return found


def feature_labels() -> dict[str, str]:
    """What the features are called in the reader's language, by their key."""
    return {feature.key: feature.label for feature in Feature.objects.all()}


def hidden_properties(event: str = "") -> frozenset[str]:
    """What is hidden of every event, and of the given one."""
    hidden = set(HiddenProperty.objects.values_list("prop", flat=True))
    if event:
        of_event = EventName.objects.filter(name=event).values_list("hidden_properties", flat=True)
        hidden.update(*of_event)
    return frozenset(hidden)


def every_hidden_property() -> frozenset[str]:
    """What is hidden of every event or of any: for texts whose event is not known."""
    of_some = EventName.objects.exclude(hidden_properties=[])
    lists = of_some.values_list("hidden_properties", flat=True)
    return hidden_properties().union(*lists)


def is_hidden(prop: str, event: str = "") -> bool:
    """Whether a property is shown nowhere: of every event, or of the given one."""
    return prop in hidden_properties(event)


def role_names() -> QuerySet[RoleName]:
    """The roles that events carried, most frequent first."""
    return RoleName.objects.all()


def unknown_accounts() -> QuerySet[UnknownAccount]:
    """Account keys whose events wait for a customer, most events first."""
    return UnknownAccount.objects.all()


def labels() -> dict[str, str]:
    """What the events that have a name in the reader's language are called."""
    return {
        event.name: event.label for event in EventName.objects.exclude(label_en="", label_ja="")
    }


def homes_of(source: str, users: Sequence[str]) -> dict[str, str]:
    """The customer's id for users that stand at exactly one customer."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(users), 500):
        places = Membership.objects.filter(
            person__source=source, person__external_id__in=users[start : start + 500]
        )
        for user, account in places.values_list("person__external_id", "account__external_id"):
            found.setdefault(user, set()).add(account)
    return {user: accounts.pop() for user, accounts in found.items() if len(accounts) == 1}
