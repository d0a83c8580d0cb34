"""Text made findable: one normal form for what is stored and what is typed (ＡＢＣ = abc)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db import models

MOST_CHARACTERS = 600  # three bytes each stay under what PostgreSQL can index
_BLANKS = re.compile(r"\s+")


def searchable(*parts: str) -> str:
    """The parts in one line: NFKC, lower case, single spaces, no NUL."""
    text = unicodedata.normalize("NFKC", "\n".join(part for part in parts if part)).casefold()
    return _BLANKS.sub(" ", text.replace("\x00", "")).strip()[:MOST_CHARACTERS]


class SearchTextField(models.CharField[str, str]):
    """Keeps ``searchable`` of other fields of its row, in ``save`` and ``bulk_create`` alike.

    ``bulk_update`` and ``update_conflicts`` write it only when its name is among their fields.
    """

    def __init__(self, *, of: tuple[str, ...] = (), **options: Any) -> None:
        self.of = of
        fixed: dict[str, Any] = {"max_length": MOST_CHARACTERS, "editable": False, "default": ""}
        super().__init__(**fixed | options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = searchable(*(str(getattr(model_instance, name) or "") for name in self.of))
        setattr(model_instance, self.attname, text)
        return text
