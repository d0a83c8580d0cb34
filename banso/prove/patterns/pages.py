"""What the views hand to the templates."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from banso.know.accounts.rules import whole_number
from banso.prove.patterns import presenting, reads
from banso.prove.patterns.models import Pattern, PatternVersion
from banso.prove.patterns.situations import address_of, fitting, in_words
from banso.shared.users.models import User
from banso.shared.users.rules import may

USES_SHOWN = 20


def kept_filters(asked: QueryDict) -> str:
    """The address of the list without its level, for the links that choose one."""
    return urlencode({name: asked.get(name) for name in ("q", "occasion") if asked.get(name)})


def situation(version: PatternVersion) -> dict[str, Any]:
    """The conditions in words, and how many customers meet them now."""
    if not version.query:
        return {"conditions": [], "fits": None}
    found = fitting(version.query)
    return {
        "conditions": in_words(version.query),
        "address": address_of(version.query),
        "fits": None if found is None else found.order_by().count(),
        "unreadable": found is None,
    }


def detail_page(user: User, pattern: Pattern, *, today: date) -> dict[str, Any]:
    uses, version = reads.uses_of(pattern), pattern.current
    return {
        "pattern": pattern,
        "version": version,
        "icon": presenting.icon(pattern.level),
        "about_level": presenting.about_level(pattern.level),
        "evidence": presenting.evidence_rows(pattern),
        "levels": presenting.levels_shown(),
        "history": presenting.level_history(pattern.level_changes.all()),
        "versions": list(pattern.versions.select_related("by")),
        "spread": presenting.spread(uses, today),
        "spread_told": presenting.spread_told(uses),
        "after": presenting.after_use(pattern, today) if uses else None,
        "uses": _uses(user, uses[:USES_SHOWN]),
        "more_uses": max(0, len(uses) - USES_SHOWN),
        "may_change": reads.may_change_pattern(user, pattern),
        "may_use": user.may("change_own"),
        "may_define": user.may("define"),
        **(situation(version) if version else {}),
    }


def _uses(user: User, uses: list[reads.Applied]) -> list[dict[str, Any]]:
    names = reads.people_named(one.user_id for one in uses)
    accounts = reads.customers_named(one.account_id for one in uses)
    every = may(user.role, "change_all")
    return [
        {
            "one": one, "account": accounts.get(one.account_id),
            "person": names.get(one.user_id or 0, ""),
            "may_take_back": one.use is not None and (every or one.user_id == user.pk),
        }
        for one in uses
    ]  # fmt: skip


def seen_number(request: HttpRequest, pattern: Pattern) -> int:
    """The version the writer began with, also after a fault."""
    sent = whole_number(request.POST.get("seen", ""))
    return sent or (pattern.current.number if pattern.current else 0)
