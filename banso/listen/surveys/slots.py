"""Where other apps put what a survey led to; subject: the Survey."""

from __future__ import annotations

from banso.shared.slots import Panel, Slot

survey_panels: Slot[Panel] = Slot("survey")
