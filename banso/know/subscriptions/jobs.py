from __future__ import annotations

from datetime import timedelta

from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.writes import refresh_figures
from banso.shared.journal.registry import job
from banso.shared.upserts.writes import slices


@job("subscriptions.refresh_figures", every=timedelta(days=1))
def refresh_all_figures() -> None:
    """Terms begin, end and step on by the calendar alone; a transaction for each few accounts."""
    accounts = Subscription.objects.order_by("account").values_list("account", flat=True).distinct()
    for some in slices(list(accounts), 2_000):
        refresh_figures(some)
