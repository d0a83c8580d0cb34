from __future__ import annotations

from itertools import count
from typing import Any

from banso.know.accounts.models import Account

_numbers = count(1)


def an_account(**fields: Any) -> Account:
    number = next(_numbers)
    return Account.objects.create(
        **{"external_id": f"A-{number}", "name": f"あおば製作所 {number}"} | fields
    )
