"""Where other apps take a person out of what they keep, or say what they leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from banso.shared.slots import Slot

Deed = Literal["removed", "changed", "left"]


@dataclass(frozen=True)
class Identity:
    """By what a person may be known in texts."""

    person_id: int
    external_id: str
    name: str
    email: str
    phone: str

    @property
    def words(self) -> list[str]:
        return [word for word in (self.external_id, self.email, self.name, self.phone) if word]


@dataclass(frozen=True)
class Trace:
    """So many rows of something were removed, changed or left; ``what`` is a msgid of the app."""

    what: str
    rows: int
    how: Deed


# called in the transaction that forgets the person in the database, before the person goes
traces: Slot[Callable[[Identity], list[Trace]]] = Slot("forgetting.traces")
