from __future__ import annotations

from django.db.models import F, QuerySet

from banso.shared.keys.models import ApiKey
from banso.shared.keys.rules import digest_of


def key_for(token: str) -> ApiKey | None:
    """The key behind a token, unless nobody made it or it was revoked."""
    return ApiKey.objects.filter(digest=digest_of(token), revoked_at=None).first()


def all_keys() -> QuerySet[ApiKey]:
    """Those that still open first, newest first."""
    return ApiKey.objects.select_related("created_by").order_by(
        F("revoked_at").desc(nulls_first=True), "-created_at", "-id"
    )
