"""The plan as a column of the customer list."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.columns import Column
from banso.know.subscriptions.models import Subscription


def plans_of(account_ids: Sequence[int] | None = None) -> Mapping[int, Hashable]:
    """The plan of each customer's newest term, of all customers that have one or of some."""
    terms = Subscription.objects.all()
    if account_ids is not None:
        terms = terms.filter(account__in=account_ids)
    return dict(terms.order_by("start", "pk").values_list("account_id", "plan"))


def plan() -> Column:
    newest = Subscription.objects.filter(account=OuterRef("pk")).order_by("-start", "-pk")
    return Column(
        _("Plan"), lambda found: found, source=plans_of, by=Subquery(newest.values("plan")[:1])
    )
