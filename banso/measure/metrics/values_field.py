"""The present values as JSON, which one function alone writes."""

from __future__ import annotations

from typing import Any

from django.db import models


class ValuesField(models.JSONField):
    """SQLite need not read each text again to believe that it is JSON: that took a third of the
    time of writing it.
    """

    def db_check(self, connection: Any) -> None:
        return None
