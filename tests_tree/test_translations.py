"""Every string has its Japanese, and one word has one translation."""

from __future__ import annotations

from tests_tree.source import listed
from tools import messages


def test_every_string_has_its_japanese() -> None:
    faults = messages.check()
    assert not faults, listed(faults, "run `make messages`, then write the missing Japanese.")
