from __future__ import annotations

from typing import Any

from django.db import transaction

from banso.shared.journal.writes import record
from banso.shared.users.models import Organisation, Team, User


@transaction.atomic
def save_organisation(*, by: User | None, **settings: Any) -> Organisation:
    """Create or change the organisation's settings; only the given ones change."""
    organisation, _ = Organisation.objects.select_for_update().get_or_create(
        pk=1, defaults={"name": "Banso"}
    )
    for name, value in settings.items():
        setattr(organisation, name, value)
    organisation.full_clean()
    organisation.save()
    record("organisation.saved", by=by, settings={k: str(v) for k, v in settings.items()})
    return organisation


@transaction.atomic
def add_team(*, by: User | None, name: str) -> Team:
    team, created = Team.objects.get_or_create(name=name)
    if created:
        record("team.added", by=by, team=team.pk, name=name)
    return team


@transaction.atomic
def add_user(*, by: User | None, email: str, password: str | None, **fields: Any) -> User:
    """Add someone who may sign in; without a password they set one by e-mail."""
    user = User.objects.create_user(email, password, **fields)
    record("user.added", by=by, user=user.pk, role=user.role)
    return user


@transaction.atomic
def set_preferences(*, user: User, language: str, time_zone: str) -> User:
    user.language, user.time_zone = language, time_zone
    user.full_clean(exclude=["password"])
    user.save(update_fields=["language", "time_zone"])
    record("user.preferences_set", by=user, language=language, time_zone=time_zone)
    return user


@transaction.atomic
def change_user(*, by: User, user: User, name: str, role: str, team: Team | None) -> User:
    user.name, user.role, user.team = name, role, team
    user.save(update_fields=["name", "role", "team"])
    record("user.changed", by=by, user=user.pk, role=role, team=team.pk if team else None)
    return user


@transaction.atomic
def set_active(*, by: User, user: User, active: bool) -> User:
    """Let somebody in or out; their sessions end with the next request."""
    user.is_active = active
    user.save(update_fields=["is_active"])
    record("user.let_in" if active else "user.shut_out", by=by, user=user.pk)
    return user
