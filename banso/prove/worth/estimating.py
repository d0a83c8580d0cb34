"""From a question to an estimate: plain JSON that pages, sheets and later comparisons read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import override

from banso.know.subscriptions.rules import contract_of
from banso.measure.revenue.reads import Book
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.lifetime import Lifetime
from banso.prove.engine.power import two_proportions_n
from banso.prove.engine.regression import FloatArray
from banso.prove.engine.what_if import set_on
from banso.prove.engine.worth import DRAWS, Cells, Draws, Plan, break_even, ranged, simulate
from banso.prove.worth.gathering import lifetimes
from banso.prove.worth.ground import Change, Ground, change_of, reachable
from banso.prove.worth.measured import Effect, comparison_of
from banso.prove.worth.rules import LEVELS_OF_ASSOCIATION, Asked, Mask
from banso.prove.worth.subjects import Subject, key_of, level_word, unit_of

SEED = 20_240_701


def estimate(ground: Ground, asked: Asked, found: Book, today: date) -> dict[str, Any] | NoAnswer:
    """The whole answer as plain JSON; see ``presenting`` for its parts."""
    change = change_of(ground, asked.target)
    if isinstance(change, NoAnswer):
        return change
    cells = cells_of(ground, change, asked)
    plan = Plan(
        horizon=asked.horizon, ramp=asked.quarters * 3.0, low=asked.low, high=asked.high,
        discount=asked.discount, margin=asked.margin,
        months=max(asked.years * 12, asked.horizon),
    )  # fmt: skip
    if not touched(cells, asked.horizon).any():
        soonest = float(np.ceil(cells.first[cells.shift != 0].min(initial=math.inf)))
        return NoAnswer("no_decisions", {"months": soonest} if math.isfinite(soonest) else {})
    rng = np.random.default_rng(SEED)
    fixed = asked.renewal is not None
    offsets = np.zeros(DRAWS) if fixed else ground.base.offsets(DRAWS, rng)
    later = lifetimes(found, asked.currency, today)
    drawn = simulate(cells, ground.lever, offsets, plan, lifetimes=later, seed=SEED)
    return _told(ground, change, asked, cells, drawn, later)


def cells_of(ground: Ground, change: Change, asked: Asked) -> Cells:
    """Every present term for the engine; the renewal rate as asked, or as it was lately."""
    terms = ground.terms
    eta = ground.base.log_odds(
        [contract_of(int(months)) for months in terms.months],
        terms.tenure,
        ground.value,
    )
    if asked.renewal is not None:
        eta = set_on(eta, np.ones(len(eta)), 1.0 - asked.renewal)
    money = terms.mrr.astype(np.float64)
    return Cells(
        log_odds=eta, shift=change.shift, moved=change.moved, first=terms.first,
        every=terms.months.astype(np.float64), lead=terms.lead, made=terms.made,
        n=np.ones(len(money)), money=money, squares=money * money,
    )  # fmt: skip


def mean_chance(cells: Cells) -> float:
    """Share of these customers that is expected to renew at the next decision, nothing changed."""
    return float((1.0 - 1.0 / (1.0 + np.exp(-cells.log_odds))).mean())


def expected_now(ground: Ground) -> float:
    """The same before any change is asked for."""
    eta = ground.base.log_odds(
        [contract_of(int(months)) for months in ground.terms.months],
        ground.terms.tenure,
        ground.value,
    )
    return float((1.0 - 1.0 / (1.0 + np.exp(-eta))).mean())


def _told(
    ground: Ground, change: Change, asked: Asked, cells: Cells, drawn: Draws,
    later: Mapping[int, Lifetime],
) -> dict[str, Any]:  # fmt: skip
    level, subject = ground.level, ground.finding
    mrr = float(cells.money.sum())
    points = float(np.median(drawn.points))
    return {
        "asked": asked.told(),
        "level": level,
        "upper_bound": level in LEVELS_OF_ASSOCIATION,
        "subject": {
            "key": key_of(subject), **_labels(subject, asked), "unit": unit_of(subject),
        },
        "comparison": comparison_of(subject) if isinstance(subject, Effect) else None,
        "evidence": _evidence(ground),
        "change": reachable(ground) | {
            "target": asked.target, "level": change.level, "extrapolates": change.extrapolates,
            "changed": float((change.moved * (change.shift != 0)).sum()), "points": points,
        },
        "customers": _customers(ground, cells, asked, mrr),
        "baseline": {
            "rate": ground.base.rate.value, "low": ground.base.rate.low,
            "high": ground.base.rate.high, "n": ground.base.rate.n, "next": mean_chance(cells),
            "kept": _plain(drawn.base_kept), "mrr": _plain(drawn.base_mrr),
        },
        "came": {
            "base": _plain(drawn.came_base), "with": _plain(drawn.came_with),
            "base_mrr": _plain(drawn.came_base_mrr), "with_mrr": _plain(drawn.came_with_mrr),
        },
        "figures": {
            "kept": _range(drawn.kept, drawn.kept_full, ground),
            "mrr": _range(drawn.mrr, drawn.mrr_full, ground),
            "nrr": _range(drawn.mrr / mrr, drawn.mrr_full / mrr, ground),
            "ltv": _range(drawn.ltv, drawn.ltv_full, ground),
        },
        "cost": _cost(drawn, asked, points),
        "verify": _verify(cells, points * (asked.low + asked.high) / 2, asked),
        "lifetimes": sorted(later),
        "draws": DRAWS,
        "seed": SEED,
    }  # fmt: skip


def _labels(subject: Subject, asked: Asked) -> dict[str, str]:
    if isinstance(subject, Effect):
        return {"label_en": subject.label, "label_ja": subject.label}
    labels = {"label_en": subject.label_en, "label_ja": subject.label_ja}
    if not asked.level:
        return labels
    for language in ("en", "ja"):
        with override(language):
            labels[f"level_{language}"] = level_word(subject, asked.level)
    return labels


def _evidence(ground: Ground) -> dict[str, Any]:
    """What the chances rest on; of an association its odds ratio of renewal with its interval: per
    SD, or of a step reached against not.
    """
    run, base = ground.source, ground.base
    told = {
        "run": run.pk, "data_cut": str(run.data_cut), "n": base.n, "events": base.events,
        "accounts": base.accounts, "code": run.code_version, "data": run.data_hash[:12],
    }  # fmt: skip
    if isinstance(ground.finding, Effect):
        return told
    per = 1.0 / base.sd if ground.is_step else 1.0
    b, reach = base.lever.b * per, 1.96 * base.lever.se * per
    return told | {
        "finding": getattr(ground.finding, "pk", None),
        "odds_ratio": math.exp(-b), "low": math.exp(-b - reach), "high": math.exp(-b + reach),
        "kept_share": ground.lever.b / base.lever.b if base.lever.b else 1.0,
    }  # fmt: skip


def _customers(ground: Ground, cells: Cells, asked: Asked, mrr: float) -> dict[str, Any]:
    count = cells.decisions(asked.horizon)
    return {
        "n": len(cells.n), "known": len(ground.known), "in_time": int((count > 0).sum()),
        "decisions": int(count.sum()), "noticed": ground.terms.noticed, "mrr": mrr,
    }  # fmt: skip


def touched(cells: Cells, horizon: int) -> Mask:
    """Who is changed and decides within the horizon."""
    found = (cells.decisions(horizon) > 0) & (cells.moved > 0) & (cells.shift != 0)
    return np.asarray(found, dtype=np.bool_)


def _range(draws: FloatArray, full: FloatArray, ground: Ground) -> dict[str, float]:
    told = {"n": ground.base.n, "events": ground.base.events, "scale": "what_if"}
    inner = ranged(draws, confidence=0.80, **told)  # type: ignore[arg-type]
    outer = ranged(draws, confidence=0.95, **told)  # type: ignore[arg-type]
    whole = ranged(full, confidence=0.95, **told)  # type: ignore[arg-type]
    return {
        "value": outer.value, "low80": inner.low, "high80": inner.high, "low95": outer.low,
        "high95": outer.high, "full": whole.value, "full_low": whole.low, "full_high": whole.high,
    }  # fmt: skip


def _plain(draws: FloatArray) -> dict[str, float]:
    low95, low80, middle, high80, high95 = np.quantile(draws, [0.025, 0.1, 0.5, 0.9, 0.975])
    return {
        "value": float(middle), "low80": float(low80), "high80": float(high80),
        "low95": float(low95), "high95": float(high95),
    }  # fmt: skip


def _cost(drawn: Draws, asked: Asked, points: float) -> dict[str, float | None] | None:
    """How surely value covers the cost, and from which difference on; None without a cost."""
    if asked.cost <= 0:
        return None
    share = break_even(drawn.ltv_full, float(asked.cost))
    return {
        "worth_it": float((drawn.ltv > asked.cost).mean()),
        "break_even": share,
        "break_even_points": None if share is None else share * points,
    }


def _verify(cells: Cells, points: float, asked: Asked) -> dict[str, float | None]:
    """Renewals and months until the expected difference could be told from none, by letting half of
    those concerned wait (power 80 %, 5 % two-sided).
    """
    some = touched(cells, asked.horizon)
    renewed = float((1.0 - 1.0 / (1.0 + np.exp(-cells.log_odds)))[some].mean())
    per_month = float((1.0 / cells.every)[some].sum())
    after = min(renewed + points, 0.999)
    if points < 1e-4 or after - renewed < 1e-4:
        return {"points": points, "renewals": None, "months": None}
    needed = 2 * two_proportions_n(renewed, after)
    wait = asked.quarters * 3.0 + float(np.median(cells.lead[some]))
    return {"points": points, "renewals": needed, "months": wait + needed / per_month}
