from __future__ import annotations

from typing import Any

from banso.listen.surveys.models import Wave
from banso.prove.scenarios.estimating import estimated
from banso.prove.scenarios.gathering import Ground, ground_of
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.rules import Asked
from banso.prove.scenarios.tests.builders import TODAY, a_company
from banso.prove.scenarios.writes import keep_what_if
from banso.shared import clock
from banso.shared.users.tests.builders import a_user


def a_kept_one(*, name: str = "試算", **levers: Any) -> WhatIf:
    """Of the first asking there is, made where there is none."""
    with clock.held_at(TODAY):
        wave = Wave.objects.first() or a_company(120, answers=300)
        asked = Asked(wave.pk, **levers)
        found = ground_of(wave, asked)
        assert isinstance(found, Ground)
        card = estimated(found, asked) | {"whom": "all customers", "wave": str(wave)}
        ids, mrr = found.members
        return keep_what_if(
            by=a_user(), name=name, owner=None, survey=wave.survey, asked=asked, figures=card,
            members=list(zip(ids.tolist(), mrr.tolist(), strict=True)),
        )  # fmt: skip
