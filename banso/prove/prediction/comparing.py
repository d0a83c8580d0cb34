"""Two scores on the same past decisions: the one in force, and one that might take its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from banso.measure.health import rules
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.auc_difference import auc_difference
from banso.prove.engine.blended import NO_PROBABILITY_BELOW, expert_score, fit_blended
from banso.prove.engine.calibration import auc, brier
from banso.prove.prediction.checking import (
    AS_EXPERTS,
    EVENTS_AFTER,
    SPANS,
    answer_told,
    bands_told,
    gain_told,
    lacking_told,
    score_told,
)
from banso.prove.prediction.readings import Decided

IN_FORCE, OTHER = "expert", "alternative"
BETTER, WORSE, ALIKE, SAME, UNKNOWN = "better", "worse", "alike", "same", "unknown"
MOST_KEPT = 5000
Told = dict[str, Any]


@dataclass
class Compared:
    """Both scores side by side on the decisions for which both exist.

    ``ranks``, ``bands``: of each; ``difference``: of the AUC, by customer; ``since``: the same on
    decisions that came after the alternative was written down, which nobody had seen then.
    ``later``: both foretelling the last year, or part of one; ``verdict`` follows from
    ``difference`` alone: no weight was fitted to these decisions.
    """

    decisions: int
    not_renewed: int
    accounts: int
    left_out: int
    bands: dict[str, list[Told]] = field(default_factory=dict)
    ranks: dict[str, Told] = field(default_factory=dict)
    difference: Told = field(default_factory=dict)
    since: Told = field(default_factory=dict)
    later: Told | None = None
    lacking: Told | None = None
    verdict: str = UNKNOWN

    def as_json(self) -> Told:
        return asdict(self)


def compared(current: Decided, other: Decided, *, written_on: date) -> Compared:
    """A pure function of the decisions: both hold the same rows, scored differently."""
    both = current.has_score & other.has_score
    one, two = current.some(both), other.some(both)
    first, second = (expert_score(each.points, each.weights) for each in (one, two))
    lost = one.not_renewed
    made = Compared(
        decisions=len(lost),
        not_renewed=int(lost.sum()),
        accounts=len(np.unique(one.account)),
        left_out=int((~both).sum()),
        bands={IN_FORCE: bands_told(first, one), OTHER: bands_told(second, two)},
    )
    fewer = min(made.not_renewed, made.decisions - made.not_renewed)
    if fewer < NO_PROBABILITY_BELOW:
        short = "too_few_events" if made.not_renewed == fewer else "too_few_non_events"
        made.lacking = lacking_told(NoAnswer(short, {"events": made.not_renewed}), one)
        return made
    made.ranks = {IN_FORCE: answer_told(auc(-first, lost)), OTHER: answer_told(auc(-second, lost))}
    found = auc_difference(-first, -second, lost, one.account)
    made.difference, made.verdict = _difference_told(found), _verdict(found)
    new = one.decided_on > (written_on - date(1970, 1, 1)).days
    made.since = {"n": int(new.sum()), "not_renewed": int(lost[new].sum())} | _difference_told(
        auc_difference(-first[new], -second[new], lost[new], one.account[new])
    )
    made.later = next((told for days in SPANS if (told := _later(one, two, days))), None)
    return made


def _difference_told(found: Answer | NoAnswer) -> Told:
    told = answer_told(found)
    return told | {"p": found.p} if isinstance(found, Answer) else told


def _verdict(found: Answer | NoAnswer) -> str:
    if isinstance(found, NoAnswer):
        return SAME if found.reason == "same_ranking" else UNKNOWN
    if found.low > 0:
        return BETTER
    return WORSE if found.high < 0 else ALIKE


def _later(one: Decided, two: Decided, days: int) -> Told | None:
    """The latest decisions foretold from the earlier ones by each score alone."""
    cut = (one.data_cut - timedelta(days=days) - date(1970, 1, 1)).days
    is_later = one.decided_on > cut
    before = {IN_FORCE: one.some(~is_later), OTHER: two.some(~is_later)}
    after = {IN_FORCE: one.some(is_later), OTHER: two.some(is_later)}
    lost, past = after[IN_FORCE].not_renewed, before[IN_FORCE].not_renewed
    if int(lost.sum()) < EVENTS_AFTER or bool(lost.all()) or not len(past):
        return None
    base = float(past.mean())
    told: Told = {
        "from": (date(1970, 1, 1) + timedelta(days=cut + 1)).isoformat(),
        "n": len(lost), "not_renewed": int(lost.sum()),
        "before": len(past), "before_not_renewed": int(past.sum()),
        "base_rate": base, "base_brier": brier(np.full(len(lost), base), lost), "scores": {},
    }  # fmt: skip
    errors = {}
    for name in (IN_FORCE, OTHER):
        known, ahead = before[name], after[name]
        fit = fit_blended(known.points, known.not_renewed, known.weights, prior_sd=AS_EXPERTS)
        if isinstance(fit, NoAnswer):
            return None
        p = fit.probability(ahead.points)
        errors[name] = (p - lost) ** 2
        order = -expert_score(ahead.points, ahead.weights)
        told["scores"][name] = score_told(p, order, ahead, told["base_brier"])
    told["gain"] = gain_told(errors[IN_FORCE] - errors[OTHER], after[OTHER].account.tolist())
    return told


def changes(
    rescored: Iterable[tuple[int, int | None, int | None]],
    now: rules.Borders,
    then: rules.Borders,
) -> Told:
    """Who would be called otherwise today: how many from which word to which, and the customers,

    those whose score moves furthest first, at most ``MOST_KEPT`` of them.
    """
    table: dict[str, int] = {}
    moved: list[tuple[int, int | None, int | None]] = []
    for account, before, after in rescored:
        words = _word(before, now), _word(after, then)
        key = f"{words[0]}>{words[1]}"
        table[key] = table.get(key, 0) + 1
        if words[0] != words[1]:
            moved.append((account, before, after))
    moved.sort(key=lambda row: (-abs((row[2] or 0) - (row[1] or 0)), row[0]))
    return {"table": table, "moved": len(moved), "customers": [list(r) for r in moved[:MOST_KEPT]]}


def _word(score: int | None, borders: rules.Borders) -> str:
    return "none" if score is None else rules.band(score, borders)


def same_measures(lines: tuple[rules.Measure, ...], other: tuple[rules.Measure, ...]) -> bool:
    """Whether two versions would give every customer the same score."""
    plain = [tuple(sorted((replace(m, group="") for m in each if m.weight), key=lambda m: m.key))
             for each in (lines, other)]  # fmt: skip
    return plain[0] == plain[1]
