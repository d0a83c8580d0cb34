from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from banso.prove.engine.multiplicity import benjamini_hochberg, benjamini_yekutieli

# Benjamini & Hochberg 1995, section 3.2: Bonferroni rejects 3 of 15 at 0.05, their procedure 4.
PRINTED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_four_rejections_as_in_the_paper() -> None:
    assert int((benjamini_hochberg(PRINTED) <= 0.05).sum()) == 4


def test_q_values_of_the_oracle(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("bh_1995")
    p = o["inputs"]["p"]
    assert benjamini_hochberg(p) == pytest.approx(o["expected"]["q_values"], abs=1e-9)
    assert int((benjamini_yekutieli(p) <= 0.05).sum()) == o["expected"]["by_rejected"]


def test_both_agree_with_statsmodels_in_any_order() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(3).beta(0.4, 2, 40)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])
    assert benjamini_yekutieli(p) == pytest.approx(multipletests(p, method="fdr_by")[1])


def test_an_empty_family_has_no_q_values() -> None:
    assert len(benjamini_hochberg([])) == 0


def test_a_missing_p_value_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.1, float("nan")])
