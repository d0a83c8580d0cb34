from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from banso.prove.engine.firth import fit_firth, penalised_likelihood_ratio

Array = npt.NDArray[np.float64]


def rows(a: int, b: int, c: int, d: int) -> tuple[Array, Array]:
    """A 2x2 table as rows: a of a+b have the event where x = 0, c of c+d where x = 1."""
    x = np.repeat([0.0, 1.0], [a + b, c + d])
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [a, b, c, d])
    return np.column_stack([np.ones(len(x)), x]), y


@pytest.mark.parametrize("table", [(5, 15, 0, 15), (3, 9, 8, 4), (0, 12, 12, 0)])
def test_the_same_as_half_a_customer_in_each_cell(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = (cell + 0.5 for cell in table)
    fit = fit_firth(*rows(*table))
    assert fit.converged
    assert fit.coef == pytest.approx([math.log(a / b), math.log(c / d) - math.log(a / b)], abs=1e-6)


def test_the_oracles_zero_cell(oracle: Callable[[str], dict[str, Any]]) -> None:
    o = oracle("firth_2x2_zero_cell")
    (a, b), (c, d) = o["inputs"]["table"]
    found = fit_firth(*rows(a, b, c, d)).coef
    expected = [o["expected"]["intercept"], o["expected"]["slope"]]
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_likelihood_ratio_sees_an_empty_cell_that_walds_test_misses() -> None:
    x, y = rows(30, 120, 0, 25)
    fit = fit_firth(x, y)
    wald = (fit.coef[1] / fit.se[1]) ** 2
    assert penalised_likelihood_ratio(x, y, fit, [1]) > 6.6 > wald


def test_without_association_the_ratio_is_small() -> None:
    x, y = rows(10, 40, 10, 40)
    assert penalised_likelihood_ratio(x, y, fit_firth(x, y), [1]) < 0.01
