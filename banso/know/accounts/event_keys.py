from __future__ import annotations

from banso.know.accounts.models import Account


def accounts_by_key(keys: list[str]) -> dict[str, int]:
    """Accounts whose events carry these external ids, of any source; the oldest record wins."""
    found = Account.objects.filter(external_id__in=keys).order_by("-pk")
    return dict(found.values_list("external_id", "pk"))
