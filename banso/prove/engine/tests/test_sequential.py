from __future__ import annotations

import numpy as np
import pytest

from banso.prove.engine.sequential import (
    bounds,
    crossing_probability,
    plan,
    repeated_confidence,
    spent,
)


def test_bounds_of_lan_and_demets() -> None:
    """Jennison & Turnbull 2000; also R gsDesign, sfLDOF, two-sided 0.05."""
    assert bounds([0.5, 1.0]) == pytest.approx([2.9626, 1.9686], abs=2e-4)
    assert bounds([0.2, 0.4, 0.6, 0.8, 1.0]) == pytest.approx(
        [4.8769, 3.3570, 2.6803, 2.2898, 2.0310], abs=2e-4
    )
    assert bounds([1.0]) == pytest.approx([1.959964], abs=1e-5)


def test_five_looks_without_bounds_err_in_14_of_100() -> None:
    """Armitage, McPherson & Rowe 1969."""
    looks = [0.2, 0.4, 0.6, 0.8, 1.0]
    assert crossing_probability(looks, [1.959964] * 5) == pytest.approx(0.142, abs=5e-4)
    assert crossing_probability(looks, bounds(looks)) == pytest.approx(0.05, abs=1e-5)


def test_the_price_of_looking_is_small() -> None:
    """R gsDesign's inflation for five O'Brien-Fleming-type looks at 80 % power is below 1.03."""
    found = plan([0.2, 0.4, 0.6, 0.8, 1.0])
    assert 1.0 < found.inflation < 1.035
    assert found.spent[-1] == pytest.approx(0.05)
    assert spent(0.0) == 0.0 and spent(2.0) == pytest.approx(0.05)


def test_uneven_looks_keep_the_error_in_a_simulation() -> None:
    rng = np.random.default_rng(3)
    looks = np.array([0.3, 0.55, 1.0])
    limits = np.array(bounds(looks.tolist()))
    steps = rng.normal(size=(40_000, 3)) * np.sqrt(np.diff(looks, prepend=0.0))
    z = np.cumsum(steps, axis=1) / np.sqrt(looks)
    assert (np.abs(z) >= limits).any(axis=1).mean() == pytest.approx(0.05, abs=0.004)


def test_a_first_look_with_hardly_any_data_cannot_be_crossed() -> None:
    assert bounds([0.01, 1.0])[0] == 8.0
    assert repeated_confidence(1.959963984540054) == pytest.approx(0.95)


@pytest.mark.parametrize("looks", [[], [0.5, 0.5], [0.0, 1.0], [0.5, 1.2]])
def test_looks_must_rise(looks: list[float]) -> None:
    with pytest.raises(ValueError, match="information"):
        bounds(looks)
