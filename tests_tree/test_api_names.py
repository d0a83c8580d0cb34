from __future__ import annotations

import re
from collections import Counter

from tests_tree.source import BANSO, listed

MODEL = re.compile(r"^class (\w+(?:Out|Page|In))\(", re.MULTILINE)


def test_what_the_api_gives_has_a_name_of_its_own() -> None:
    """The OpenAPI document knows each model by its class name alone: of two, one would be lost."""
    doors = sorted(BANSO.glob("*/*/api*.py"))
    names = Counter(name for door in doors for name in MODEL.findall(door.read_text("utf-8")))
    twice = [name for name, count in names.items() if count > 1]
    assert names
    assert not twice, listed(twice, "rename one of the two classes.")
