"""Named places that later stages fill without being imported by earlier ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.http import HttpRequest
from django.utils.functional import Promise

if TYPE_CHECKING:
    from banso.shared.journal.models import Entry

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Filling(Generic[T]):
    order: int
    key: str
    value: T


class Slot(Generic[T]):
    """A typed place: ``fill`` it in ``apps.py``, read it where the page is made."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fillings: dict[str, Filling[T]] = {}

    def fill(self, key: str, value: T, *, order: int) -> None:
        if key in self._fillings:
            raise ValueError(
                f"slot {self.name!r} already has {key!r}: choose another key in apps.py"
            )
        self._fillings[key] = Filling(order, key, value)

    def fillings(self) -> list[Filling[T]]:
        return sorted(self._fillings.values(), key=lambda f: (f.order, f.key))

    def values(self) -> list[T]:
        return [f.value for f in self.fillings()]


@dataclass(frozen=True)
class NavItem:
    """A line of the main menu; ``may`` is a verb of ``users.rules`` or empty for everybody."""

    label: str | Promise
    url_name: str
    icon: str
    may: str = ""


@dataclass(frozen=True)
class Panel:
    """One part of a page: ``render(request, subject)`` gives safe HTML of the whole panel."""

    title: str | Promise
    render: Callable[[HttpRequest, Any], str]
    wide: bool = False


@dataclass(frozen=True)
class RenderedPanel:
    key: str
    title: str | Promise
    html: str
    wide: bool
    error: str = ""


def render_panels(slot: Slot[Panel], request: HttpRequest, subject: object) -> list[RenderedPanel]:
    """Render each panel; one that breaks carries its error, one with nothing to say is left out."""
    rendered = []
    for filling in slot.fillings():
        panel = filling.value
        html, error = "", ""
        try:
            html = panel.render(request, subject)
        except Exception as exception:
            log.exception("panel failed", extra={"panel": filling.key, "slot": slot.name})
            error = type(exception).__name__
        if html or error:
            rendered.append(RenderedPanel(filling.key, panel.title, html, panel.wide, error))
    return rendered


nav: Slot[NavItem] = Slot("nav")
account_panels: Slot[Panel] = Slot("account")
# key: the kind of a journal entry; value: how it reads on an account's timeline, "" to leave it out
entry_sentences: Slot[Callable[[Entry], str]] = Slot("entry sentences")
