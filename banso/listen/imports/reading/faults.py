"""What is wrong with a file, a row or a cell, as a code with values; the words stand in
sentences.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    code: str
    column: str = ""
    said: dict[str, str] = field(default_factory=dict)

    def at(self, column: str) -> Fault:
        """The same fault, naming the column it was found in."""
        return Fault(self.code, column, self.said)

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "column": self.column, "said": self.said}


def fault(code: str, **said: object) -> Fault:
    return Fault(code, "", {name: short(str(value)) for name, value in said.items()})


def short(text: str, most: int = 80) -> str:
    """A value as it can be quoted in a sentence."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"


class Unreadable(Exception):
    """The file as a whole cannot be read; the fault says what to do."""

    def __init__(self, found: Fault) -> None:
        super().__init__(found.code)
        self.fault = found


def unreadable(code: str, **said: object) -> Unreadable:
    return Unreadable(fault(code, **said))
