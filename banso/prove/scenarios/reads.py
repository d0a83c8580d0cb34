from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from banso.prove.scenarios.models import WhatIf

JOB = "scenarios.compare"
MOST_SIDE_BY_SIDE = 4


def what_ifs() -> QuerySet[WhatIf]:
    """Those kept, the newest first, without the list of their customers."""
    kept = WhatIf.objects.filter(removed_at=None).defer("members")
    return kept.select_related("owner", "created_by", "came", "survey")


def due_what_ifs(today: date) -> list[WhatIf]:
    """Those whose day has come and that were not held against what came yet."""
    due = WhatIf.objects.filter(due_on__lte=today, came=None, removed_at=None)
    return list(due.select_related("survey").order_by("pk"))
