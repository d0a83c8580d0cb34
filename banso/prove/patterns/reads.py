from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from banso.know.accounts.models import Account, SavedView
from banso.know.accounts.reads import account_for, may_change, views_for
from banso.prove.patterns.models import Pattern, PatternLink, PatternVersion, Use
from banso.prove.patterns.rules import holds, rank
from banso.prove.patterns.sources import known_sources
from banso.shared.upserts.writes import slices
from banso.shared.users.models import User
from banso.shared.users.rules import may

JOB = "patterns.weigh"


@dataclass(frozen=True)
class Applied:
    """One use of a pattern, marked by hand (``use`` is its row) or told by a source."""

    account_id: int
    user_id: int | None
    on: date
    use: Use | None = None
    source: str = ""


def patterns() -> QuerySet[Pattern]:
    """Those that were not removed, with their present words; everybody signed in reads them."""
    found = Pattern.objects.filter(removed_at=None, current__isnull=False)
    return found.select_related("current", "owner")


def pattern_for(pk: int) -> Pattern:
    return get_object_or_404(patterns(), pk=pk)


def patterns_asked(*, text: str, occasion: str, level: str) -> list[Pattern]:
    """Those that meet every condition that says something, the best borne out first."""
    found = patterns()
    if occasion:
        found = found.filter(current__occasion=occasion)
    if level:
        found = found.filter(level=level)
    there = [p for p in found.order_by("current__name", "pk") if not text or _says(p, text)]
    return sorted(there, key=lambda pattern: -rank(pattern.level))


def _says(pattern: Pattern, text: str) -> bool:
    version = pattern.current
    if version is None:
        return False
    told = (version.name, version.in_whom, version.what_to_do, version.content)
    return holds("\n".join((*told, version.get_occasion_display())), text)


def version_for(pattern: Pattern, number: int) -> PatternVersion:
    return get_object_or_404(pattern.versions.select_related("by"), number=number)


def may_write(user: User) -> bool:
    """Patterns come from those who work with customers, and from those who define what is used."""
    return may(user.role, "define") or may(user.role, "change_own")


def may_change_pattern(user: User, pattern: Pattern) -> bool:
    return may(user.role, "define") or (
        may(user.role, "change_own") and user.pk in (pattern.owner_id, pattern.by_id)
    )


def account_to_use_with(user: User, pk: int) -> Account:
    """A customer that this user may act on; a 404 for others, as for none."""
    account = account_for(user, pk)
    if not may_change(user, account):
        raise Http404
    return account


def views_to_choose(user: User) -> list[SavedView]:
    """Saved views whose conditions may become a situation."""
    return [view for view in views_for(user) if view.query]


def links_of(pattern: Pattern) -> list[PatternLink]:
    return list(pattern.links.order_by("pk"))


def uses_of(pattern: Pattern) -> list[Applied]:
    """Every use, the latest first: those marked by hand, and those its sources know of."""
    kept = Use.objects.filter(pattern=pattern, taken_back_at=None).select_related("version")
    found = [Applied(use.account_id, use.by_id, use.used_on, use) for use in kept]
    sources = known_sources()
    for link in links_of(pattern):
        source = sources.get(link.source)
        if source and source.uses:
            runs = source.uses(link.reference)
            found += [Applied(r.account_id, r.user_id, r.on, None, link.source) for r in runs]
    return sorted(found, key=lambda one: (one.on, one.use.pk if one.use else 0), reverse=True)


def first_uses(pattern: Pattern) -> dict[int, date]:
    """The first day on which the pattern was used with each customer."""
    first: dict[int, date] = {}
    for one in uses_of(pattern):
        first[one.account_id] = min(one.on, first.get(one.account_id, one.on))
    return first


def use_counts(pattern_ids: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    """Uses, people and customers of each pattern, as marked by hand."""
    standing = Use.objects.filter(pattern__in=list(pattern_ids), taken_back_at=None)
    rows = standing.order_by().values_list("pattern").annotate(
        n=Count("pk"), people=Count("by", distinct=True), customers=Count("account", distinct=True)
    )  # fmt: skip
    return {pk: (n, people, customers) for pk, n, people, customers in rows}


def used_with(account_id: int) -> dict[int, date]:
    """The last day on which each pattern was used with this customer."""
    found: dict[int, date] = defaultdict(lambda: date.min)
    uses = Use.objects.filter(account=account_id, taken_back_at=None)
    for pattern, day in uses.values_list("pattern", "used_on"):
        found[pattern] = max(day, found[pattern])
    return dict(found)


def people_named(ids: Iterable[int | None]) -> dict[int, str]:
    rows = User.objects.filter(pk__in={pk for pk in ids if pk})
    return {pk: name or email for pk, name, email in rows.values_list("pk", "name", "email")}


def customers_named(ids: Iterable[int]) -> dict[int, Account]:
    found: dict[int, Account] = {}
    for some in slices(sorted(set(ids))):
        found.update(Account.objects.only("name", "external_id", "next_renewal_on").in_bulk(some))
    return found


def use_to_take_back(user: User, pattern: Pattern, pk: int) -> Use:
    """One's own use, or anybody's for those who may change all; else a 404."""
    mine = Q() if may(user.role, "change_all") else Q(by=user)
    return get_object_or_404(Use.objects.filter(mine, pattern=pattern, taken_back_at=None), pk=pk)
