from __future__ import annotations

import pytest

from banso.listen.invitations import doorkeeping, public_access


@pytest.fixture(autouse=True)
def doors_begin_anew() -> None:
    """No test is turned away for the attempts of another."""
    doorkeeping.forget()
    public_access._told.clear()
