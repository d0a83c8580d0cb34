"""Where other apps put what a survey led to; subject: the Survey."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from banso.shared.slots import Panel, Slot

if TYPE_CHECKING:
    from banso.listen.surveys.models import Wave

survey_panels: Slot[Panel] = Slot("survey")
result_addresses: Slot[Callable[[Wave], str]] = Slot("result addresses")
"""Where the answers to a wave that somebody answered can be read; "" for waves they do not show."""
