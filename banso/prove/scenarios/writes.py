from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.listen.surveys.models import Survey
from banso.prove.scenarios.models import Came, WhatIf
from banso.prove.scenarios.rules import Asked, due
from banso.prove.studies.gathering import code_version
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation


@transaction.atomic
def keep_what_if(
    *, by: User, name: str, owner: User | None, survey: Survey, asked: Asked,
    figures: dict[str, Any], members: Sequence[tuple[int, float]],
) -> WhatIf:  # fmt: skip
    """Keep a what-if: its question, assumptions, customers and answer as they are today."""
    if not may_keep(by):
        raise PermissionDenied
    today = clock.today(organisation().time_zone)
    made = WhatIf.objects.create(
        name=name, survey=survey, asked=asked.told(), figures=figures,
        members=[[int(account), int(mrr)] for account, mrr in members], began_on=today,
        due_on=due(today), created_at=clock.now(), created_by=by, owner=owner or by,
        code_version=code_version(),
    )  # fmt: skip
    record("what_if.kept", by=by, what_if=made.pk)
    return made


def may_keep(user: User) -> bool:
    return user.may("define") or user.may("change_own")


@transaction.atomic
def keep_what_came(*, what_if: WhatIf, figures: dict[str, Any]) -> Came | None:
    """Keep what came, once; None when somebody kept it meanwhile or the what-if was removed."""
    held = WhatIf.objects.select_for_update(of=("self",)).defer("members").get(pk=what_if.pk)
    if held.removed_at or Came.objects.filter(what_if=held).exists():
        return None
    made = Came.objects.create(what_if=held, at=clock.now(), figures=figures)
    record("what_if.compared", by=None, what_if=held.pk)
    return made


@transaction.atomic
def remove_what_if(*, by: User, what_if: WhatIf) -> None:
    """Take it out of the list; what it said stays in the records."""
    if not (by.may("define") or (what_if.created_by_id == by.pk and may_keep(by))):
        raise PermissionDenied
    what_if.removed_at = clock.now()
    what_if.save(update_fields=["removed_at"])
    record("what_if.removed", by=by, what_if=what_if.pk)
