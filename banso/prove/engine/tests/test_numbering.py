from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from banso.prove.engine.numbering import different, numbered

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize(
    "values",
    [
        RANDOM.integers(-40, 900, 500),
        RANDOM.integers(-40, 90, 500).astype(np.int8),
        RANDOM.integers(0, 2**62, 50),
        np.array([7]),
        np.array([], dtype=np.int64),
        np.array([2**63 - 1, -(2**63)]),
        np.array(["b", "a", "b"]),
        np.array([0.5, -1.0, 0.5]),
        np.array([True, False, True]),
    ],
)
def test_values_are_numbered_as_numpy_does_it_by_sorting(values: Any) -> None:
    levels, places = np.unique(values, return_inverse=True)
    found, at = numbered(values)
    assert found.tolist() == levels.tolist()
    assert found.dtype == levels.dtype
    assert at.tolist() == places.tolist()
    assert different(values) == len(levels)
