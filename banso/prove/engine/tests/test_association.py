from __future__ import annotations

import csv
import math
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.association import Feature, Finding, Scan, Settings, scan
from banso.prove.engine.tests.made_up import DATA_CUT, LAST_DAY, Company, company


def scanned(c: Company, *features: Feature, settings: Settings | None = None) -> list[Finding]:
    return list(scan(c.decisions, features, data_cut=DATA_CUT, settings=settings).findings)


def numbers(c: Company) -> list[Feature]:
    return [Feature(f"kpi_{i}", "number", values) for i, values in enumerate(c.kpis)]


def test_a_planted_driver_is_found_with_its_sign_and_size() -> None:
    c = company(800, driver=-0.6)
    driver, *noise = scanned(c, *numbers(c))
    assert (driver.verdict, driver.level, driver.direction) == ("associated", "L1", "more")
    assert driver.odds_ratio is not None
    assert driver.odds_ratio_low is not None
    assert driver.odds_ratio_high is not None
    assert driver.odds_ratio_low < math.exp(0.6) < driver.odds_ratio_high
    assert driver.odds_ratio == pytest.approx(math.exp(-(driver.log_odds or 0)))
    lowest, highest = driver.groups
    assert isinstance(lowest.rate, Answer)
    assert isinstance(highest.rate, Answer)
    assert lowest.rate.value < highest.rate.value
    assert isinstance(driver.difference, Answer)
    assert driver.difference.low > 0
    assert driver.answer is not None
    assert driver.answer.n == 1600
    assert all(f.direction is None for f in noise if f.verdict != "associated")


def test_the_opposite_driver_points_the_other_way() -> None:
    c = company(800, driver=0.6)
    assert scanned(c, *numbers(c))[0].direction == "less"


def test_noise_is_called_associated_no_more_often_than_allowed() -> None:
    """24 scans of 20 KPIs without any association: at most a tenth of the scans find one."""
    wrong = 0
    for seed in range(24):
        c = company(150, kpis=20, churn=0.25, seed=seed)
        wrong += any(f.verdict == "associated" for f in scanned(c, *numbers(c)))
    assert wrong <= 5  # P(6 or more of 24 | 0.10) = 0.03


def test_a_kpi_that_jumps_after_notice_is_suspicious() -> None:
    c = company(1000, driver=-0.5)
    late = c.kpis[1] + 3.0 * c.lost
    found = scanned(
        c,
        Feature("driver", "number", c.kpis[0], late=c.kpis[0] + 0.1 * c.rng.normal(size=2000)),
        Feature("tickets", "number", c.kpis[1], late=late),
    )
    driver, leaking = found
    assert driver.verdict == "associated"
    assert (leaking.verdict, leaking.level, leaking.leak) == ("suspicious", "LEAK", "timing")
    assert leaking.q is None
    assert leaking.b_late is not None
    assert leaking.b_late > 1.0


def test_a_kpi_that_separates_the_outcome_after_notice_is_suspicious_too() -> None:
    """Wald's z is small where values separate the outcome (Hauck & Donner); the alarm sees it."""
    c = company(150, churn=0.2)
    late = np.abs(c.kpis[1]) * 0.2 + np.where(c.lost, 40.0, 0.0)
    leaking = scanned(c, Feature("exports", "number", c.kpis[1], late=late))[0]
    assert (leaking.verdict, leaking.leak) == ("suspicious", "timing")


def test_what_is_defined_by_the_outcome_is_suspicious_without_looking() -> None:
    c = company(300)
    result = scan(
        c.decisions,
        [
            Feature("cancellation_tickets", "number", c.kpis[0], structural_leak=True),
            Feature("last_login_gap", "number", c.lost + 0.1 * c.kpis[1]),
            *numbers(c),
        ],
        data_cut=DATA_CUT,
    )
    structural, too_good, *rest = result.findings
    assert (structural.leak, structural.log_odds) == ("structural", None)
    assert (too_good.verdict, too_good.leak) == ("suspicious", "auc")
    assert result.family_size == len(rest)


def test_fifty_accounts_get_a_date_instead_of_a_verdict() -> None:
    c = company(50, churn=0.12)
    found = scanned(c, *numbers(c))[0]
    assert (found.verdict, found.level, found.direction) == ("not_enough_data", "L0", None)
    assert found.p is None
    assert found.reason == "too_few_events"
    assert found.needs["events"] < found.needs["events_needed"] == 20
    assert found.expected_by is not None
    assert found.expected_by > DATA_CUT + timedelta(days=180)
    assert found.awaiting == "gate"
    assert found.smallest_detectable_or is not None
    assert found.smallest_detectable_or > 2
    assert isinstance(found.no_answer, NoAnswer)
    assert found.answer is None


def test_an_estimate_too_wide_to_judge_waits_for_events_and_says_what_for() -> None:
    c = company(150, churn=0.25)
    found = next(f for f in scanned(c, *numbers(c)) if f.verdict != "associated")
    assert (found.verdict, found.reason) == ("not_enough_data", "interval_too_wide")
    assert found.awaiting == "odds_ratio"
    assert found.needs["odds_ratio"] == 1.5
    assert found.expected_by is not None
    events, needed = found.needs["events"], found.needs["events_needed"]
    for_one = 30.44 / (150 / 12 * events / 300)  # the events needed are rounded up
    days = (needed - events) * for_one
    assert (found.expected_by - DATA_CUT).days == pytest.approx(days, rel=0.1, abs=for_one)


def test_no_association_is_said_only_when_the_interval_is_narrow() -> None:
    c = company(4000)
    found = scanned(c, *numbers(c))
    assert {f.verdict for f in found} <= {"no_association", "associated"}
    none = next(f for f in found if f.verdict == "no_association")
    assert (none.level, none.direction) == ("L-", None)
    assert none.odds_ratio_low is not None
    assert none.odds_ratio_high is not None
    assert none.odds_ratio_low > 0.80
    assert none.odds_ratio_high < 1.25


def test_a_rare_flag_is_not_called_unrelated_because_its_sd_is_small() -> None:
    c = company(4000)
    flag = c.rng.random(8000) < 0.004
    found = scanned(c, Feature("rare", "flag", flag))[0]
    assert found.odds_ratio_high is not None
    assert found.odds_ratio_high < 1.25
    assert found.verdict == "not_enough_data"
    assert found.yes_against_no is not None
    assert found.yes_against_no[2] > 1.5


def test_rows_repeated_within_accounts_do_not_make_an_association_surer() -> None:
    c = company(400, driver=-0.3)
    twice = pa.concat_tables([c.decisions, c.decisions])
    once = scanned(c, *numbers(c))[0]
    again = scan(
        twice, [Feature("kpi_0", "number", np.tile(c.kpis[0], 2))], data_cut=DATA_CUT
    ).findings[0]
    assert once.se is not None
    assert again.se == pytest.approx(once.se, rel=0.02)
    assert again.n_accounts == once.n_accounts == 400


def test_a_flag_nobody_left_with_is_estimated_by_firth() -> None:
    c = company(400, churn=0.25)
    adopted = (c.rng.random(800) < 0.08) & ~c.lost
    found = scanned(c, Feature("adopted", "flag", adopted))[0]
    assert found.method == "firth"
    assert found.verdict == "associated"
    assert found.direction == "more"
    assert found.odds_ratio_high is not None
    assert math.isfinite(found.odds_ratio_high)


def test_missing_values_are_counted_and_too_many_are_refused() -> None:
    c = company(800, driver=-0.6)
    holes = np.where(c.rng.random(1600) < 0.3, np.nan, c.kpis[0])
    most = np.where(c.rng.random(1600) < 0.5, np.nan, c.kpis[0])
    some, refused = scanned(c, Feature("a", "number", holes), Feature("b", "number", most))
    assert some.share_missing == pytest.approx(0.3, abs=0.05)
    assert some.n_rows == int(np.isfinite(holes).sum())
    assert some.direction == "more"
    assert (refused.verdict, refused.reason) == ("not_enough_data", "too_many_missing")
    assert refused.expected_by is None


def test_what_does_not_vary_is_not_estimated() -> None:
    c = company(400, churn=0.25)
    first = np.arange(800) < 6
    constant, few, label, tenure = scanned(
        c,
        Feature("constant", "number", np.full(800, 3.0)),
        Feature("few", "flag", first),
        Feature("label", "nominal", ["same"] * 800),
        Feature("tenure", "number", np.log(c.decisions["tenure_days"].to_numpy())),
    )
    assert constant.reason == label.reason == "no_variation"
    assert few.reason == "too_few_in_level"
    assert tenure.reason == "not_separable"
    assert all(f.verdict == "not_enough_data" for f in (constant, few, label, tenure))


def test_ordered_scores_and_arrow_values_are_read() -> None:
    c = company(800, driver=-0.8)
    score = np.digitize(c.kpis[0], [-1, 0, 1])
    ordered = scanned(c, Feature("score", "ordered", pa.array(score)))[0]
    assert ordered.direction == "more"
    assert [g.label for g in ordered.groups] == ["0", "1", "2", "3"]
    assert any(check.name == "cochran_armitage" and check.passed for check in ordered.checks)
    with pytest.raises(ValueError, match="integers"):
        scanned(c, Feature("score", "ordered", c.kpis[0]))
    with pytest.raises(ValueError, match="0 or 1"):
        scanned(c, Feature("flag", "flag", score))


def test_ends_after_the_data_cut_are_left_out() -> None:
    c = company(300, churn=0.25)
    cut = DATA_CUT - timedelta(days=365)
    result = scan(c.decisions, numbers(c), data_cut=cut)
    assert result.excluded_after_cut > 200
    assert result.n_rows + result.excluded_after_cut == 600


def test_an_empty_company_gets_no_answers_and_no_dates() -> None:
    empty = company(3).decisions.slice(0, 0)
    result = scan(
        empty, [Feature("a", "number", []), Feature("b", "nominal", [])], data_cut=DATA_CUT
    )
    assert [f.verdict for f in result.findings] == ["not_enough_data"] * 2
    assert [f.expected_by for f in result.findings] == [None, None]


def test_bad_input_is_refused() -> None:
    c = company(30)
    with pytest.raises(ValueError, match="twice"):
        scanned(c, Feature("a", "number", c.kpis[0]), Feature("a", "number", c.kpis[1]))
    with pytest.raises(ValueError, match="values for"):
        scanned(c, Feature("a", "number", [1.0]))
    with pytest.raises(ValueError, match="lack"):
        scan(c.decisions.drop_columns(["contract"]), [], data_cut=DATA_CUT)


@pytest.fixture(scope="module")
def telco(
    oracle: Callable[[str], dict[str, Any]], oracle_folder: Path
) -> tuple[list[dict[str, str]], Scan]:
    with (oracle_folder / oracle("telco_churn")["inputs"]["file"]).open() as file:
        rows = list(csv.DictReader(file))
    contract = [r["Contract"] for r in rows]
    tenure = np.array([float(r["tenure"]) for r in rows])
    table = pa.table(
        {
            "account": np.arange(len(rows)),
            "decided_on": pa.array([LAST_DAY] * len(rows), pa.int32()).cast(pa.date32()),
            "not_renewed": [r["Churn"] == "Yes" for r in rows],
            "tenure_days": tenure * 365.25 / 12,
            "contract": contract,
        }
    )
    features = [
        Feature("contract", "nominal", contract, replaces="contract"),
        Feature("tenure", "number", tenure, replaces="tenure"),
        Feature("charges", "number", [float(r["MonthlyCharges"]) for r in rows]),
    ]
    return rows, scan(table, features, data_cut=date(2024, 12, 31))


def test_telco_contract_and_tenure_go_with_renewal(
    telco: tuple[list[dict[str, str]], Scan], oracle: Callable[[str], dict[str, Any]]
) -> None:
    contract, tenure, _ = telco[1].findings
    expected = oracle("telco_churn")["expected"]
    assert telco[1].n_events == expected["churned"]
    churn = [1 - g.rate.value for g in contract.groups if isinstance(g.rate, Answer)]
    assert [g.label for g in contract.groups] == ["Month-to-month", "One year", "Two year"]
    assert churn == pytest.approx(expected["by_contract"], abs=1e-9)
    assert contract.verdict == tenure.verdict == "associated"
    assert contract.df == 2
    assert tenure.direction == "more"


def test_telco_estimates_agree_with_statsmodels(telco: tuple[list[dict[str, str]], Scan]) -> None:
    import statsmodels.api as sm

    rows, result = telco
    lost = np.array([r["Churn"] == "Yes" for r in rows], dtype=float)
    one, two = (np.array([r["Contract"] == name for r in rows], float) for name in
                ("One year", "Two year"))  # fmt: skip
    months = np.array([float(r["tenure"]) for r in rows])
    log_tenure = np.log(np.maximum(months * 365.25 / 12, 1.0))
    charges = np.array([float(r["MonthlyCharges"]) for r in rows])
    ones = np.ones(len(rows))

    def refit(*columns: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Any:
        return sm.Logit(lost, np.column_stack(columns)).fit(
            disp=0, maxiter=100, cov_type="cluster", cov_kwds={"groups": np.arange(len(rows))}
        )

    shared = (ones, one, two, log_tenure, one * log_tenure, two * log_tenure)
    theirs = refit((charges - charges.mean()) / charges.std(), *shared)
    found = result.findings[2]
    assert found.log_odds == pytest.approx(theirs.params[0], abs=1e-4)
    assert found.se == pytest.approx(theirs.bse[0], abs=1e-4)
    theirs = refit((months - months.mean()) / months.std(), ones, one, two)
    assert result.findings[1].log_odds == pytest.approx(theirs.params[0], abs=1e-4)
    theirs = refit(one, two, ones, log_tenure)
    levels = [level.log_odds for level in result.findings[0].levels]
    assert levels == pytest.approx([0.0, *theirs.params[:2]], abs=1e-4)
