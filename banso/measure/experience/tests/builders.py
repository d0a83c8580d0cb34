from __future__ import annotations

from typing import Any

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT, a_response

SCALES = {"satisfaction": 3, "intent": 3, "recommend": 7, "miss": 2}
TROUBLED = {"trouble": "yes", "trouble_kind": ["operation"], "consulted": "yes", "channel": ["csm"]}
LEAVES: dict[str, dict[str, Any]] = {
    "no_trouble": CALM,
    "not_consulted": SILENT,
    "above": PLEASED,
    "at": {**TROUBLED, "answer": "at", **SCALES},
    "below": {**TROUBLED, "answer": "below", **SCALES},
    "waiting": {**TROUBLED, "answer": "waiting", **SCALES},
}


def an_answer(wave: Wave, leaf: str, account: Account | None = None, **said: Any) -> Response:
    """One answer at a leaf; ``said`` changes what it says, without an account a new one is made."""
    whose = None if wave.is_anonymous else account or an_account()
    return a_response(wave, {**LEAVES[leaf], **said}, account=whose)


def answers(wave: Wave, leaf: str, number: int, **said: Any) -> list[Response]:
    """So many of them, each of a customer of its own."""
    return [an_answer(wave, leaf, **said) for _ in range(number)]
