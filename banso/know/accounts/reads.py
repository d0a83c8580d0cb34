from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.shortcuts import get_object_or_404

from banso.know.accounts.models import Account, Environment, SavedView
from banso.shared.search_text import searchable
from banso.shared.upserts.writes import slices
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own
from banso.shared.users.rules import may, may_change_owned

SUGGESTED = 20
CHILDREN_SHOWN = 20


def account_for(user: User, pk: int) -> Account:
    """One account with its owner and parent, or a 404; everybody signed in sees every account."""
    return get_object_or_404(Account.objects.select_related("owner", "parent"), pk=pk)


def account_by_id(pk: int) -> Account:
    """One account for a program whose key may read accounts, or a 404."""
    return get_object_or_404(Account.objects.select_related("owner"), pk=pk)


def account_by_external_id(source: str, external_id: str) -> Account:
    """The same by its id in the system it comes from."""
    found = Account.objects.select_related("owner")
    return get_object_or_404(found, source=source, external_id=external_id)


def account_ids(source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """external id -> id of those accounts of a source that are there."""
    found: dict[str, int] = {}
    for some in slices(list(dict.fromkeys(external_ids))):
        rows = Account.objects.filter(source=source, external_id__in=some)
        found.update(rows.values_list("external_id", "pk"))
    return found


def may_change(user: User, account: Account) -> bool:
    """Whether the user may change this account and what hangs on it."""
    team = account.owner.team_id if account.owner else None
    return may_change_owned(user.actor, owner_id=account.owner_id, owner_team_id=team)


def changeable_by(user: User) -> Q:
    """The accounts of ``may_change`` as a condition."""
    if may(user.role, "change_all"):
        return Q()
    if not may(user.role, "change_own"):
        return Q(pk__in=[])
    mine = Q(owner=None) | Q(owner=user.pk)
    return mine | Q(owner__team=user.team_id) if user.team_id else mine


def environment_of(account: Account) -> Environment:
    return Environment.objects.filter(account=account).first() or Environment(account=account)


def children_of(account: Account) -> list[Account]:
    """The first subsidiaries by name; one more than is shown tells that there are more."""
    return list(Account.objects.filter(parent=account).order_by("name", "pk")[: CHILDREN_SHOWN + 1])


def owner_names() -> dict[int, str]:
    """Everybody's name by id, also of those who left."""
    return {
        pk: name or email for pk, name, email in User.objects.values_list("pk", "name", "email")
    }


def assignable_owners() -> dict[int, str]:
    """Those who can be made an owner, by name."""
    return {
        pk: name or email for pk, name, email in people_who_own().values_list("pk", "name", "email")
    }


def views_for(user: User) -> list[SavedView]:
    """The user's saved views and those shared with everybody, by name."""
    return list(SavedView.objects.filter(Q(owner=user) | Q(is_shared=True)).order_by("name", "pk"))


def may_change_view(user: User, view: SavedView) -> bool:
    return view.owner_id == user.pk or may(user.role, "change_all")


def suggestions(field: str) -> list[str]:
    """Values that stand in a text field now, for an input to offer."""
    values = (
        Account.objects.exclude(**{field: ""})
        .order_by(field)
        .values_list(field, flat=True)
        .distinct()
    )
    return list(values[:200])


def accounts_named(text: str) -> list[Account]:
    """A few accounts that a typed text may mean, for an input to offer."""
    found = Account.objects.order_by("name", "pk")
    for word in searchable(text).split():
        found = found.filter(search_text__contains=word)
    return list(found.only("name", "external_id")[:SUGGESTED])


def account_label(account: Account) -> str:
    """The text by which a person picks this account in an input."""
    return f"{account.name} [{account.external_id}]"


def account_meant(text: str) -> Account | None:
    """The one account that such a text means: by label, external id, or a name only it bears."""
    text = text.strip()
    name, _sep, rest = text.rpartition(" [")
    if name and rest.endswith("]"):
        found = Account.objects.filter(name=name, external_id=rest[:-1])
        if account := found.first():
            return account
    for same in (Q(external_id=text), Q(name=text)):
        candidates = list(Account.objects.filter(same)[:2])
        if len(candidates) == 1:
            return candidates[0]
    return None


def is_below(account: Account, top: Account) -> bool:
    """Whether ``account`` is ``top`` or hangs under it."""
    seen: set[int] = set()
    at: Account | None = account
    while at is not None and at.pk not in seen:
        if at.pk == top.pk:
            return True
        seen.add(at.pk)
        at = at.parent
    return False
