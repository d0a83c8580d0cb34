"""What customers leave us of what they pay: a margin (by plan if told) less the cost to serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from banso.know.subscriptions.models import Subscription
from banso.prove.lifetime.lives import Floats, Ints

MOST_PLANS = 12


@dataclass(frozen=True)
class Margins:
    """share: of revenue, for plans of which nothing else is told; by_plan: of the others; plan_of:
    the present plan of each account; serving: account -> cost to serve a month in minor units.
    """

    share: float
    by_plan: Mapping[str, float] = field(default_factory=dict)
    plan_of: Mapping[int, str] = field(default_factory=dict)
    serving: Mapping[int, float] = field(default_factory=dict)

    @property
    def differ(self) -> bool:
        """Whether customers of the same revenue leave us different amounts."""
        return bool(self.by_plan or self.serving)

    def of(self, account: Ints, mrr: Ints | Floats) -> Floats:
        """Margin a month of each account that pays so much, in minor units; may be negative."""
        who = account.tolist()
        share = [self.by_plan.get(self.plan_of.get(pk, ""), self.share) for pk in who]
        cost = [self.serving.get(pk, 0.0) for pk in who]
        return np.asarray(mrr * np.array(share) - np.array(cost), dtype=np.float64)


def plans() -> list[str]:
    """The plans that are sold, by name; none where there are too many to name a margin for each."""
    paid = Subscription.objects.filter(is_trial=False).exclude(plan="").order_by("plan")
    names = list(paid.values_list("plan", flat=True).distinct()[: MOST_PLANS + 1])
    return names if len(names) <= MOST_PLANS else []


def present_plans() -> dict[int, str]:
    """account -> the plan of its latest contract."""
    paid = Subscription.objects.filter(is_trial=False).exclude(plan="")
    return dict(paid.order_by("start", "pk").values_list("account_id", "plan"))
