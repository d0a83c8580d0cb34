from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from banso.know.accounts.models import Account
from banso.know.success.models import Definition
from banso.know.success.rules import StepSaid
from banso.know.success.writes import define_success

DAY = date(2026, 4, 1)


def a_definition(
    account: Account | None = None, *, steps: Sequence[tuple[str, str]] = (), **said: Any
) -> Definition:
    """What a customer (without one: all ours) calls success, with (words, metric) of its steps."""
    given: dict[str, Any] = {
        "words": "報告書を作る時間が半分になる", "person": None, "said_by": "工場長", "said_on": DAY
    }  # fmt: skip
    made = [StepSaid(words, metric) for words, metric in steps]
    by = said.pop("by", None)
    return define_success(by=by, account=account, steps=made, **(given | said))
