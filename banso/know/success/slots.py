"""Where a later stage says by which numbers a step can be observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from banso.shared.slots import Slot


@dataclass(frozen=True)
class Measures:
    """``choices`` gives (key, title in the reader's language) of those in use, ``retired`` the
    titles of those that once were; ``page`` is the url name of one (asked with its key) and
    ``define`` of the page where they are defined.
    """

    choices: Callable[[], list[tuple[str, str]]]
    retired: Callable[[], dict[str, str]]
    page: str
    define: str


step_measures: Slot[Measures] = Slot("measures of steps to success")
