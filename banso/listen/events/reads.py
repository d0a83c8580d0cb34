from __future__ import annotations

from django.db.models import QuerySet

from banso.listen.events.models import EventName, RoleName, UnknownAccount


def event_names() -> QuerySet[EventName]:
    """What arrived, most frequent first."""
    return EventName.objects.all()


def core_names() -> list[str]:
    """The names that are marked as core actions."""
    return list(
        EventName.objects.filter(is_core=True).order_by("name").values_list("name", flat=True)
    )


def role_names() -> QuerySet[RoleName]:
    """The roles that events carried, most frequent first."""
    return RoleName.objects.all()


def unknown_accounts() -> QuerySet[UnknownAccount]:
    """Account keys whose events wait for a customer, most events first."""
    return UnknownAccount.objects.all()
