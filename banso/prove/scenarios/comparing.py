"""What came of a what-if by its day: who is still a customer, and where the levers stand now."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from banso.measure.experience.answers import customers_on, version
from banso.measure.experience.reads import waves
from banso.prove.engine.answer import NoAnswer
from banso.prove.scenarios.gathering import ground_of
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.rules import Asked


def came(what_if: WhatIf) -> dict[str, Any]:
    """Plain JSON. kept, mrr: customers of then who have a contract on the day, and what those paid
    then; now: where the levers stand in the newest asking since, None without one.
    """
    there = customers_on(what_if.due_on, version(None))
    members = np.array(what_if.members, dtype=np.int64).reshape(-1, 2)
    account, paid = members.T
    here = np.isin(account, there.ids)
    return {
        "on": str(what_if.due_on),
        "n": len(account),
        "kept": int(here.sum()),
        "mrr_then": int(paid.sum()),
        "mrr": int(paid[here].sum()),
        "now": _levers(what_if),
    }


def _levers(what_if: WhatIf) -> dict[str, Any] | None:
    asked: Asked = what_if.question
    later = (
        wave for wave in waves()
        if wave.survey_id == what_if.survey_id and wave.pk != asked.wave
        and what_if.began_on < wave.opens_on <= what_if.due_on
    )  # fmt: skip
    for wave in later:
        ground = ground_of(wave, replace(asked, wave=wave.pk))
        if not isinstance(ground, NoAnswer):
            return asdict(ground.now) | {"wave": wave.name, "n": ground.n}
    return None
