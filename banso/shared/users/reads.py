from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from banso.shared.users.models import Organisation, User


def organisation() -> Organisation:
    """The organisation's settings; defaults until somebody saved some."""
    return Organisation.objects.filter(pk=1).first() or Organisation(pk=1, name="Banso")


def signed_in(request: HttpRequest) -> User:
    """The user of a request behind the sign-in wall."""
    if not isinstance(request.user, User):
        raise TypeError("signed_in() is for pages behind the sign-in wall")
    return request.user


def allowed(request: HttpRequest, verb: str) -> User:
    """The same, if they may; PermissionDenied otherwise."""
    user = signed_in(request)
    if not user.may(verb):
        raise PermissionDenied
    return user


def nobody_yet() -> bool:
    """Whether this is a new installation that nobody can sign in to."""
    return not User.objects.exists()


def people_who_own() -> QuerySet[User]:
    """Those who can be the owner of an account, by name."""
    return User.objects.filter(is_active=True).exclude(role="viewer").order_by("name")


def user_by_email(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def everybody() -> QuerySet[User]:
    """All users with their teams: those who may sign in first, then by name."""
    return User.objects.select_related("team").order_by("-is_active", "name")
