from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.strata import Stratified, mantel_haenszel


def _berkeley(folder: Path, file: str) -> list[tuple[float, float, float, float]]:
    cells: dict[str, dict[tuple[str, str], float]] = {}
    with (folder / file).open() as lines:
        for row in csv.DictReader(lines):
            cells.setdefault(row["Dept"], {})[row["Gender"], row["Admit"]] = float(row["Freq"])
    return [
        (c["Male", "Admitted"], c["Male", "Rejected"], c["Female", "Admitted"],
         c["Female", "Rejected"])
        for c in cells.values()
    ]  # fmt: skip


def test_admissions_at_berkeley_turn_round(
    oracle: Callable[[str], dict[str, Any]], oracle_folder: Path
) -> None:
    o = oracle("ucb_simpson")
    tables = _berkeley(oracle_folder, o["data_file"])
    found = mantel_haenszel(tables)
    assert isinstance(found, Stratified)
    expected, tolerance = o["expected"], o["tolerance"]
    assert found.crude == pytest.approx(expected["crude_or"], abs=tolerance["crude_or"])
    assert found.answer.value == pytest.approx(expected["mh_or"], abs=tolerance["mh_or"])
    assert (found.answer.low, found.answer.high) == pytest.approx(
        expected["ci"], abs=tolerance["ci"]
    )
    assert found.chi2 == pytest.approx(expected["chi2_cc"], abs=tolerance["chi2_cc"])
    assert found.p == pytest.approx(expected["p"], abs=tolerance["p"])


def test_the_common_ratio_agrees_with_statsmodels(oracle_folder: Path) -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = _berkeley(oracle_folder, "data/UCBAdmissions.csv")
    theirs = StratifiedTable([np.array(t).reshape(2, 2) for t in tables])
    found = mantel_haenszel(tables)
    assert isinstance(found, Stratified)
    assert found.answer.value == pytest.approx(theirs.oddsratio_pooled)
    assert found.answer.se == pytest.approx(theirs.logodds_pooled_se)
    assert found.p == pytest.approx(theirs.test_null_odds(correction=True).pvalue)


def test_tables_that_say_nothing_have_no_ratio() -> None:
    none = mantel_haenszel([(5.0, 5.0, 0.0, 10.0), (1.0, 0.0, 0.0, 0.0)])
    assert isinstance(none, NoAnswer) and none.reason == "no_variation"
    with pytest.raises(ValueError, match="counts"):
        mantel_haenszel([(-1.0, 5.0, 2.0, 3.0)])
