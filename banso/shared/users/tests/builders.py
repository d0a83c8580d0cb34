from __future__ import annotations

from itertools import count
from typing import Any

from banso.shared.users.models import User

_numbers = count(1)


def a_user(**fields: Any) -> User:
    number = next(_numbers)
    made = {"email": f"user{number}@example.jp", "name": f"佐藤 {number}", "role": "csm"} | fields
    return User.objects.create_user(**made)
