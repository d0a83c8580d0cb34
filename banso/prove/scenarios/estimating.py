"""The answer to a what-if as plain JSON ("card"): page, sheet, file and comparison read only it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from banso.listen.surveys.meanings import LEAVES
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.levers import (
    DRAWS,
    LEVERS,
    Band,
    Levels,
    Part,
    Tried,
    break_even,
    levels_of,
    moved,
    tried,
    worst_and_best,
)
from banso.prove.scenarios.gathering import Ground, Half
from banso.prove.scenarios.rules import CALIBRATED, FEWEST_IN_LEAF, MONTHS, Asked

ABOVE, AT, BELOW = 2, 3, 4


def estimated(ground: Ground, asked: Asked) -> dict[str, Any]:
    """Everything that is told of a change: bands of the risk, of customers and of MRR kept."""
    asked = asked.moved_only(ground.now)
    then = asked.levels(ground.now)
    parts = _parts(ground.customers, asked)
    heads = _tried(parts, ground.now, then, asked)
    paid_parts = _parts(ground.money, asked) if ground.money else ()
    money = _tried(paid_parts, ground.now, then, asked) if paid_parts else None
    low, high = worst_and_best(parts)
    risks = parts[0].estimated_risks
    return {
        "asked": asked.told(),
        "now": asdict(ground.now),
        "then": asdict(then),
        "customers": _told(heads),
        "money": _told(money) if money else None,
        "currency": ground.currency,
        "mrr": ground.mrr,
        "break_even": _break_even(money, asked),
        "worst": low,
        "best": high,
        "leaves": [
            {"leaf": leaf, "people": ground.people[k], "accounts": ground.accounts[k],
             "share": float(parts[0].estimate[k]), "risk": float(risks[k])}
            for k, leaf in enumerate(LEAVES)
        ],
        "thin": _thin(ground, then),
        "population": ground.population,
        "all": ground.all_customers,
        "answered": ground.answered,
        "n": ground.n,
        "effective": ground.effective,
        "foreign": ground.foreign,
        "anonymous": ground.anonymous,
        "calibration": _calibration(ground),
        "months": MONTHS,
        "draws": DRAWS,
    }  # fmt: skip


def _parts(half: Half, asked: Asked) -> tuple[Part, ...]:
    return half.calibrated if asked.risk == CALIBRATED else half.stated


def _tried(parts: tuple[Part, ...], now: Levels, then: Levels, asked: Asked) -> Tried:
    to: list[Levels | None] = [_shifted(parts[0], now, then), *([None] * (len(parts) - 1))]
    return tried(parts, to, transfer=asked.transfer, silent_gap=asked.gap)


def _shifted(part: Part, now: Levels, then: Levels) -> Levels:
    """The same move where the levers stand elsewhere: of money than of customers. Those that are
    not moved stay.
    """
    turned = [name for name in LEVERS if getattr(now, name) != getattr(then, name)]
    stands, goes = part.levels, levels_of(moved(part.estimate[None, :], now, then, turned)[0])
    return replace(stands, **{name: getattr(goes, name) for name in turned})


def _told(found: Tried) -> dict[str, Any]:
    return {
        "before": _band(found.before), "after": _band(found.after),
        "alone": {name: _band(one) for name, one in found.alone.items()},
        "together": _band(found.together), "interaction": _band(found.interaction),
        "full": found.full, "size": found.size,
    }  # fmt: skip


def _band(found: Band) -> dict[str, float]:
    return asdict(found)


def _break_even(money: Tried | None, asked: Asked) -> float | None:
    """lambda at which a year of the MRR kept pays the cost; None without a cost, or never."""
    if money is None or not asked.cost:
        return None
    return break_even(float(asked.cost), MONTHS * money.full)


def _thin(ground: Ground, then: Levels) -> list[str]:
    """Leaves that gain customers although hardly anybody stands there: their risk is a guess."""
    now, mix = ground.now, then.answers
    reached, before = then.trouble * then.consulted, now.trouble * now.consulted
    gains = {
        0: then.trouble < now.trouble,
        1: then.trouble * (1 - then.consulted) > now.trouble * (1 - now.consulted),
        ABOVE: reached * mix[0] > before * now.answers[0],
        AT: reached * mix[1] > before * now.answers[1],
        BELOW: reached * mix[2] > before * now.answers[2],
    }
    few = (
        k for k, more in gains.items()
        if more and (ground.people[k] < FEWEST_IN_LEAF or _few_accounts(ground, k))
    )  # fmt: skip
    return [LEAVES[k] for k in few]


def _few_accounts(ground: Ground, leaf: int) -> bool:
    return not ground.anonymous and ground.accounts[leaf] < FEWEST_IN_LEAF


def _calibration(ground: Ground) -> dict[str, Any]:
    known = ground.calibration
    if isinstance(known, NoAnswer):
        return {"reason": known.reason, "needs": dict(known.needs)}
    return {
        "reason": "", "method": known.method, "n": known.n, "events": known.events,
        "accounts": known.accounts, "stated": known.stated, "lost": known.lost,
        "risk": known.risk.tolist(), "low": known.low.tolist(), "high": known.high.tolist(),
    }  # fmt: skip
