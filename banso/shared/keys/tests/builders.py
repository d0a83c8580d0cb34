from __future__ import annotations

from typing import Any

from banso.shared.keys.models import ApiKey
from banso.shared.keys.rules import SCOPES
from banso.shared.keys.writes import make_key


def a_key(**fields: Any) -> tuple[ApiKey, str]:
    return make_key(**{"by": None, "name": "本番", "scopes": SCOPES} | fields)
