from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account, Stage
from banso.measure.health import rules
from banso.measure.health.models import HealthScore
from banso.measure.health.notes import notes_told
from banso.measure.health.reads import current_score, definitions, score_before
from banso.measure.health.words import BAND_NAMES, MISSING_NAMES, Naming
from banso.shared import clock
from banso.shared.figures import figure

Parts = Mapping[str, Mapping[str, Any]]


def health(request: HttpRequest, account: Account) -> str:
    """How the customer is, what moved it, and what that rests on."""
    current = current_score(account.pk)
    context: dict[str, Any] = {"current": current, "left": account.stage == Stage.LEFT}
    if current is not None:
        naming = Naming(definitions())
        scored = rules.scored_of(current.parts)
        word = rules.band(current.score, current.model.borders) if current.score is not None else ""
        context |= {
            "known": scored.known,
            "expected": scored.expected,
            "band": word,
            "band_name": BAND_NAMES.get(word, ""),
            "parts": _known(current.parts, naming),
            "missing": _missing(current.parts, naming),
            "notes": notes_told(),
            **_compared(current, score_before(current, clock.today()), naming),
        }
    return render_to_string("health/panel.html", context, request=request)


def _known(parts: Parts, naming: Naming) -> list[dict[str, Any]]:
    shares = rules.contributions(parts)
    total = sum(parts[key]["w"] for key in shares)
    rows = []
    for key in shares:
        most = 100 * parts[key]["w"] / total
        rows.append(
            {
                "name": naming.name(key),
                "value": naming.part_value(key, parts[key]),
                "brings": round(shares[key]),
                "brings_text": figure(shares[key]),
                "most": round(most),
                "most_text": figure(most),
            }
        )
    return rows


def _missing(parts: Parts, naming: Naming) -> list[dict[str, Any]]:
    left_out = ((key, part["m"]) for key, part in parts.items() if part.get("m"))
    return [{"name": naming.name(key), "why": MISSING_NAMES.get(why, why)} for key, why in left_out]


def _compared(now: HealthScore, then: HealthScore | None, naming: Naming) -> dict[str, Any]:
    """The difference to a month ago, measure by measure."""
    if then is None or now.score is None:
        return {"then": None}
    change = None if then.score is None else now.score - then.score
    moved = rules.moves(now.parts, then.parts) if change is not None else []
    small = (change or 0) - sum(round(m.by) for m in moved)
    return {
        "then": then,
        "change": change,
        "change_text": _signed(change or 0),
        "other_weights": then.model_id != now.model_id,
        "moves": [
            {
                "name": naming.name(m.key),
                "by": _signed(round(m.by)),
                "up": m.by > 0,
                "said": _went(naming, m.key, then.parts.get(m.key), now.parts.get(m.key)),
            }
            for m in moved
        ],
        "small": _signed(small) if small else "",
    }


def _went(
    naming: Naming, key: str, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> str:
    """What happened to the measure itself: its value then and now, or why it has none."""
    before = naming.part_value(key, then) if then and "p" in then else ""
    after = naming.part_value(key, now) if now and "p" in now else ""
    if before and after and before != after:
        return _("from %(before)s to %(after)s") % {"before": before, "after": after}
    if before and after:
        return _("unchanged at %(value)s; the other measures count for more or less") % {
            "value": after
        }
    if after:
        return _("now known: %(value)s") % {"value": after}
    return _("no longer known; it was %(value)s") % {"value": before} if before else ""


def _signed(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "0"
