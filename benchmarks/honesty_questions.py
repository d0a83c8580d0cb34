"""What is asked of a company with known causes, and how the engine's answers are counted.

Each question adds pairs (numerator, denominator) under the name of a line of the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import numpy as np
from scipy.special import betaln, ndtr

from banso.prove.effects.rules import judged, level_of_observation
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.association import scan
from banso.prove.engine.calibration import auc
from banso.prove.engine.comparison import compare, placebo
from banso.prove.engine.competing import cumulative_incidence, incidence_at
from banso.prove.engine.cox import fit_cox, hazard_ratio
from banso.prove.engine.did import difference_in_differences
from banso.prove.engine.families import families, spearman
from banso.prove.engine.findings import Finding
from banso.prove.engine.holdout import Arm, intention_to_treat, z_statistic
from banso.prove.engine.lifetime import Renewals
from banso.prove.engine.panel import lagged
from banso.prove.engine.partial import level_of, partial_effects
from banso.prove.engine.projection import project
from banso.prove.engine.proportions import rate
from banso.prove.engine.regression import Clusters
from banso.prove.engine.reliability import observed_over_expected
from banso.prove.engine.sequential import bounds
from banso.prove.engine.survival import kaplan_meier, survival_at
from benchmarks.honesty_company import (
    DATA_CUT,
    DRIVERS,
    FAMILY_OF_A_DRIVER,
    LEAK,
    NOISE,
    PROXIES,
    RENAMED,
    Company,
    Playbook,
    company,
    playbook,
)

ENDLESS = 100_000
MEANINGFUL = 0.05
EFFECT = 0.6
LOOKS = (0.2, 0.4, 0.6, 0.8, 1.0)


class Tally:
    """Sums by line of the table."""

    def __init__(self) -> None:
        self.sums: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))

    def add(self, line: str, happened: float, of: float = 1.0) -> None:
        a, b = self.sums[line]
        self.sums[line] = a + float(happened), b + of

    def interval(self, line: str, answer: Answer | NoAnswer, truth: float) -> None:
        """Whether an answer's interval holds the truth, and whether there was an answer."""
        self.add(f"{line}: no answer", isinstance(answer, NoAnswer))
        if isinstance(answer, Answer):
            self.add(f"{line}: holds the truth", answer.low <= truth <= answer.high)


@cache
def _endless() -> Company:
    return company(ENDLESS, np.random.default_rng(20241231))


@cache
def _alone_in_the_end() -> dict[str, Finding]:
    """What each metric's association comes to with any number of customers."""
    big = _endless()
    found = scan(big.decisions, big.metrics, data_cut=DATA_CUT).findings
    return {finding.key: finding for finding in found}


@cache
def _held_in_the_end(keys: frozenset[str], attributes: frozenset[str]) -> dict[str, float]:
    big = _endless()
    metrics = [f for f in big.metrics if f.key in keys]
    held = [f for f in big.attributes if f.key in attributes]
    found = partial_effects(
        big.decisions, metrics, held, [[f.key] for f in metrics], data_cut=DATA_CUT
    )
    return {p.key: p.answer.value for p in found if isinstance(p.answer, Answer)}


def associations(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """Which metrics go with renewal, and which still do with the others held."""
    made = company(accounts, rng)
    found = scan(made.decisions, made.metrics, data_cut=DATA_CUT).findings
    by_key = {finding.key: finding for finding in found}
    shown_and_flagged(by_key, tally)
    ends = _alone_in_the_end()
    for key in (*DRIVERS, *PROXIES, *NOISE):
        one, end = by_key[key], ends[key]
        if one.odds_ratio_low is None or one.odds_ratio_high is None or one.leak:
            continue
        truth = 1.0 if key in NOISE else (end.odds_ratio or 1.0)
        covered = one.odds_ratio_low <= truth <= one.odds_ratio_high
        tally.add("odds ratio per SD: holds the truth", covered)
    share = ends["reports"].n_events / ends["reports"].n_rows
    whole = by_key["reports"]
    tally.interval("renewal rate", rate(whole.n_rows - whole.n_events, whole.n_rows), 1 - share)
    others_held(made, found, tally, truth=True)


def shown_and_flagged(by_key: dict[str, Finding], tally: Tally) -> None:
    """False finds, true ones, leaks; asked only where there are enough outcomes to judge any."""
    shown = [key for key, f in by_key.items() if f.verdict == "associated"]
    false = [key for key in shown if key in (*NOISE, LEAK, RENAMED)]
    there = (*DRIVERS, *PROXIES)
    tally.add("association: false among those shown", len(false) / max(1, len(shown)))
    tally.add("association: found of those there are", sum(k in shown for k in there), len(there))
    waiting = sum(f.verdict == "not_enough_data" for f in by_key.values())
    tally.add("association: no answer", waiting, len(by_key))
    if by_key["reports"].odds_ratio is not None:
        tally.add("leak: moves after notice, flagged", by_key[LEAK].leak is not None)
        tally.add("leak: outcome renamed, flagged", by_key[RENAMED].leak is not None)
        honest = [by_key[key] for key in (*there, *NOISE)]
        flagged = sum(f.leak is not None for f in honest)
        tally.add("leak: honest metrics flagged", flagged, len(honest))
    for key in (LEAK, RENAMED):
        tally.add("leak: called an association", by_key[key].verdict == "associated")


def others_held(made: Company, found: Iterable[Finding], tally: Tally, *, truth: bool) -> None:
    """What is left of each metric with the others held; truth: hold it against what is true."""
    by_key = {finding.key: finding for finding in found if finding.leak is None}
    metrics = [f for f in made.metrics if f.key in by_key]
    rho = spearman(np.vstack([np.asarray(f.at_landmark, dtype=np.float64) for f in metrics]))
    groups = [[metrics[i].key for i in family] for family in families(rho)]
    partials = partial_effects(made.decisions, metrics, made.attributes, groups, data_cut=DATA_CUT)
    candidates = []
    for partial in partials:
        tally.add("others held: no answer", isinstance(partial.answer, NoAnswer))
        if level_of(by_key[partial.key], partial, 0.10) == "L2":
            candidates.append(partial.key)
        if isinstance(partial.answer, Answer) and truth:
            keys = frozenset((partial.key, *partial.held))
            end = _held_in_the_end(keys, frozenset(partial.attributes)).get(partial.key)
            if end is not None:
                tally.interval("odds ratio, others held", partial.answer, end)
    if any(isinstance(p.answer, Answer) and p.attributes for p in partials):
        false = [key for key in candidates if key not in FAMILY_OF_A_DRIVER]
        tally.add("others held: false among candidates", len(false) / max(1, len(candidates)))
        tally.add(
            "others held: drivers found",
            sum(
                any(key in candidates for key in family)
                for family in (("reports", "logins"), ("users",), ("training",), ("troubles",))
            ),
            4,
        )


def nothing_there(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """A company in which nothing goes with renewal: every find is false."""
    made = company(accounts, rng, causes=False)
    honest = [f for f in made.metrics if f.key not in (LEAK, RENAMED)]
    found = scan(made.decisions, honest, data_cut=DATA_CUT)
    if found.family_size:
        tally.add("nothing there: anything called an association", found.discoveries > 0)


def page(made: Playbook, unseen: bool) -> tuple[str, str, Answer | NoAnswer]:
    """Verdict and level as the page gives them; unseen: what people looked at was not recorded."""
    compared = compare(made.renewed, made.treated, made.accounts, made.covariates)
    if isinstance(compared.answer, NoAnswer):
        return "refused", "L0", compared.answer
    before = placebo(made.before, made.treated, made.accounts, made.covariates)
    passed = None if before is None else before.low <= 0 <= before.high
    level = level_of_observation(passed, unseen)
    told = judged(compared.answer.low, compared.answer.high, MEANINGFUL, design_level=level)
    return told.verdict, told.level, compared.answer


def playbooks(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """Given to those at risk: helps. Given to the healthy: does nothing."""
    made = playbook(accounts, rng, given_to="at_risk", effect=EFFECT)
    verdict, _, answer = page(made, unseen=False)
    tally.interval("playbook for those at risk", answer, made.truth)
    y, treated = made.renewed, made.treated
    tally.add(
        "playbook for those at risk: looks harmful when counted only",
        y[treated].mean() < y[~treated].mean(),
    )
    if isinstance(answer, Answer):
        tally.add("playbook for those at risk: sign right", answer.value > 0)
        tally.add("playbook for those at risk: called harmful", verdict == "worse")
        tally.add("playbook for those at risk: shown to help", verdict == "better")
    made = playbook(accounts, rng, given_to="healthy", effect=0.0)
    verdict, _, answer = page(made, unseen=False)
    tally.interval("playbook for the healthy, no effect", answer, 0.0)
    if isinstance(answer, Answer):
        tally.add(
            "playbook for the healthy, no effect: called an effect", verdict in ("better", "worse")
        )


def hidden_causes(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """A cause of both that is not among the covariates: what the page then claims."""
    made = playbook(accounts, rng, given_to="at_risk", effect=EFFECT, hidden=0.8)
    verdict, level, answer = page(made, unseen=True)
    tally.add("hidden cause, noted why chosen: called an effect", level == "L3")
    verdict, level, answer = page(made, unseen=False)
    tally.add(
        "hidden cause, nobody noted it: called an effect",
        level == "L3" and verdict in ("better", "worse"),
    )
    tally.add("hidden cause, nobody noted it: called harmful", level == "L3" and verdict == "worse")
    if isinstance(answer, Answer):
        tally.add(
            "hidden cause, nobody noted it: interval holds the truth",
            answer.low <= made.truth <= answer.high,
        )
    made = playbook(accounts, rng, given_to="at_risk", effect=EFFECT, hidden=0.8, shows=0.5)
    verdict, level, _ = page(made, unseen=False)
    tally.add(
        "hidden cause that shows in the past: called an effect",
        level == "L3" and verdict in ("better", "worse"),
    )
    made = playbook(accounts, rng, given_to="below_a_line", effect=EFFECT)
    verdict, _, _ = page(made, unseen=False)
    tally.add("nobody comparable (given below a line): refused", verdict == "refused")


def rolled_out(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """A training team by team, monthly use as the outcome; then the same on a trend of its own."""
    units, months, effect = min(accounts, 1000) // 2, 12, 0.3
    cohort = rng.choice([-1, 5, 7, 9], units, p=[0.4, 0.2, 0.2, 0.2]).astype(np.int64)
    own = rng.normal(size=units)[:, None] + 0.3 * rng.normal(size=months)
    after = (cohort[:, None] > 0) & (np.arange(months) >= cohort[:, None])
    noise = rng.normal(size=(units, months))
    y = own - 0.5 * (cohort[:, None] > 0) + effect * after + 0.6 * noise
    clusters = Clusters.of(np.arange(units))
    found = difference_in_differences(y, cohort, clusters)
    tally.interval("rolled out over time", found.answer, effect)
    drifting = y + 0.06 * np.arange(months) * (cohort[:, None] > 0)
    trend = difference_in_differences(drifting, cohort, clusters).pre_trend
    tally.add("rolled out to those who grew anyway: flagged", trend is None or trend.p < 0.05)


@cache
def _limits() -> tuple[float, ...]:
    return bounds(LOOKS)


def held_out(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """A random hold-out of a fifth: the interval, and looking five times where nothing is there."""
    out = np.zeros(accounts, dtype=np.bool_)
    out[rng.permutation(accounts)[: accounts // 5]] = True
    renewed = rng.random(accounts) < np.where(out, 0.82, 0.89)
    arms = [Arm(int(renewed[side].sum()), int(side.sum())) for side in (~out, out)]
    tally.interval("random hold-out", intention_to_treat(*arms, share=0.2), 0.07)
    renewed = rng.random(accounts) < 0.85
    planned, careless = False, False
    for share, limit in zip(LOOKS, _limits(), strict=True):
        seen = np.arange(accounts) < share * accounts
        some = [Arm(int(renewed[seen & s].sum()), int((seen & s).sum())) for s in (~out, out)]
        z = z_statistic(*some)
        planned |= z is not None and abs(z) >= limit
        careless |= z is not None and abs(z) >= 1.96
    tally.add("hold-out without effect, five looks: called a difference", planned)
    tally.add("hold-out without effect, five careless looks at 5 %", careless)


def staying(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """Curves with late entry, the sBG's projection, Cox's ratio, first steps with churn beside."""
    shape = rng.normal(size=accounts)
    stop = rng.exponential(30 * np.exp(-0.5 * shape))
    began, seen_from, until = rng.uniform(-36, 0, accounts), -24.0, 0.0
    entry, end = np.maximum(0.0, seen_from - began), until - began
    there = stop > entry
    days, left = np.minimum(stop, end)[there], (stop <= end)[there]
    curve = kaplan_meier(days, left, entry[there])
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    truth = float(weights @ np.exp(-12 / 30 * np.exp(0.5 * nodes)) / weights.sum())
    tally.interval("share still there after 12 months", survival_at(curve, 12.0), truth)
    if left.sum() > 1:
        fit = fit_cox(shape[there][:, None], days, left, entry[there])
        tally.interval("hazard ratio", hazard_ratio(fit, 0), float(np.exp(0.5)))
    step, churn = rng.exponential(60, accounts), rng.exponential(200, accounts)
    look = rng.uniform(20, 150, accounts)
    first = np.minimum(np.minimum(step, churn), look)
    what = np.where(first == look, 0, np.where(first == step, 1, 2))
    reached = incidence_at(cumulative_incidence(first, what, 1), 45.0)
    speed = 1 / 60 + 1 / 200
    tally.interval(
        "first step reached by day 45", reached, (1 / 60) / speed * (1 - float(np.exp(-45 * speed)))
    )
    alpha, beta = 0.8, 3.0
    theta = rng.beta(alpha, beta, accounts)
    lives, watched = rng.geometric(theta), rng.integers(4, 8, accounts)
    renewals = Renewals.of_rows(np.minimum(lives, watched), lives <= watched)
    made = project(renewals, 10, allow_bdw=True)
    tally.add("projection to the 10th renewal: no answer", isinstance(made, NoAnswer))
    if not isinstance(made, NoAnswer):
        s10 = float(np.exp(betaln(alpha, beta + 10) - betaln(alpha, beta)))
        tally.add(
            "projection to the 10th renewal: holds the truth", made.low[-1] <= s10 <= made.high[-1]
        )


def scores(accounts: int, rng: np.random.Generator, tally: Tally) -> None:
    """A score held against renewals, and one metric a month after another."""
    event = rng.random(accounts) < 0.15
    score = rng.normal(size=accounts) + 1.0 * event
    tally.interval("ranking of a score (AUC)", auc(score, event), float(ndtr(1 / np.sqrt(2))))
    p = rng.beta(1.5, 8.5, accounts)
    came = rng.random(accounts) < p
    tally.interval("came against foretold", observed_over_expected(p, came), 1.0)
    units, months = min(accounts, 500), 12
    level = rng.normal(size=(units, 1)) + 0.3 * rng.normal(size=months + 1)
    x = level + rng.normal(size=(units, months + 1))
    slope = 0.2
    y = level[:, 1:] + slope * x[:, :-1] + rng.normal(size=(units, months))
    account = np.repeat(np.arange(units), months)
    month = np.tile(np.arange(months), units)
    found = lagged(x[:, :-1].ravel(), y.ravel(), account, month, data_cut=DATA_CUT)
    tally.interval("edge of a tree (a month later)", found, slope / float(np.sqrt(1 + slope**2)))


QUESTIONS = (
    associations,
    nothing_there,
    playbooks,
    hidden_causes,
    rolled_out,
    held_out,
    staying,
    scores,
)


def one_seed(accounts: int, seed: int, only: frozenset[str]) -> dict[str, tuple[float, float]]:
    """All questions of one company, or those named; a question draws the same either way."""
    tally = Tally()
    for place, question in enumerate(QUESTIONS):
        if not only or question.__name__ in only:
            question(accounts, np.random.default_rng([seed, accounts, place]), tally)
    return dict(tally.sums)
