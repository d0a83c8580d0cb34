from __future__ import annotations

from banso.know.subscriptions.models import Subscription


def accounts_by_key(keys: list[str]) -> dict[str, int]:
    """Accounts whose events carry these external ids, of any source; the oldest record wins."""
    found = Subscription.objects.filter(external_id__in=keys).order_by("-pk")
    return dict(found.values_list("external_id", "account_id"))
