"""Take a name out of what people wrote. Pure: no Django."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

ADDRESSED = "様|さま|さん|氏|課長|部長|係長|主任|社長|工場長"


class Names:
    """The ways in which a person may be named in a text: e-mail, id, telephone, name with or
    without what stands between its parts, family name before a form of address.
    """

    def __init__(self, *, name: str, others: Iterable[str], instead: str) -> None:
        self.instead = instead
        parts = re.split(r"[\s\u3000・]+", name.strip())
        between = r"[\s\u3000・]*"
        ways = [re.escape(word) for word in others if len(word) >= 3]
        if name.strip():
            ways.append(between.join(re.escape(part) for part in parts))
        if len(parts) > 1 and not name.isascii() and len(parts[0]) >= 2:
            ways.append(f"{re.escape(parts[0])}(?={ADDRESSED})")
        if len(parts) > 1 and name.isascii():
            last = re.escape(parts[-1])
            ways.append(rf"(?<=Mr\. ){last}\b|(?<=Ms\. ){last}\b|(?<=Mr ){last}\b|(?<=Ms ){last}\b")
        edges = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
        found = [edges.format(way) if way[0].isascii() else way for way in ways]
        self.pattern = re.compile("|".join(found), re.IGNORECASE) if found else None

    def are_in(self, text: str) -> bool:
        return bool(self.pattern and self.pattern.search(text))

    def out_of(self, value: Any) -> Any:
        """The same without the name; lists and mappings item by item."""
        if isinstance(value, str):
            return self.pattern.sub(self.instead, value) if self.pattern else value
        if isinstance(value, list):
            return [self.out_of(one) for one in value]
        if isinstance(value, Mapping):
            return {key: self.out_of(one) for key, one in value.items()}
        return value
