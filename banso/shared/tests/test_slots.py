from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from banso.shared.slots import Panel, Slot, render_panels


def test_panels_come_in_order_and_a_broken_one_stands_alone(rf: RequestFactory) -> None:
    def broken(request: HttpRequest, subject: object) -> str:
        raise ZeroDivisionError

    slot: Slot[Panel] = Slot("page")
    slot.fill("b", Panel("B", lambda request, subject: f"<p>{subject}</p>"), order=20)
    slot.fill("a", Panel("A", broken), order=10)
    made = render_panels(slot, rf.get("/"), "x")
    assert [(p.key, p.html, p.error) for p in made] == [
        ("a", "", "ZeroDivisionError"),
        ("b", "<p>x</p>", ""),
    ]


def test_a_key_is_taken_once() -> None:
    slot: Slot[int] = Slot("numbers")
    slot.fill("a", 1, order=1)
    with pytest.raises(ValueError, match="another key"):
        slot.fill("a", 2, order=2)
