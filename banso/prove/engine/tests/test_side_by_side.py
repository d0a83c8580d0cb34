from __future__ import annotations

import numpy as np
import pytest

from banso.prove.engine.regression import Clusters, FloatArray, fit_logistic, newton_logistic
from banso.prove.engine.side_by_side import fit_side_by_side

N = 6000


def _made_up(effects: list[float]) -> tuple[FloatArray, list[FloatArray], FloatArray, Clusters]:
    """Shared columns, one column per effect, outcomes of 2,000 accounts with three rows each."""
    rng = np.random.default_rng(7)
    account = np.repeat(np.arange(N // 3), 3)
    x = np.column_stack([np.ones(N), rng.normal(size=N), rng.random(N) < 0.4]).astype(np.float64)
    trait = rng.normal(size=(len(effects), N // 3))[:, account]
    z = 0.7 * trait + 0.7 * rng.normal(size=(len(effects), N))
    eta = x @ np.array([-1.7, 0.4, -0.5]) + np.asarray(effects) @ z
    y = (rng.random(N) < 1 / (1 + np.exp(-eta))).astype(np.float64)
    return x, [column[:, None] for column in z], y, Clusters.of(account)


def _one(x: FloatArray, own: FloatArray, y: FloatArray, clusters: Clusters) -> tuple[float, float]:
    fit = fit_logistic(np.column_stack([x, own]), y, clusters.codes)
    return float(fit.coef[x.shape[1]]), float(fit.se[x.shape[1]])


def _error(moved: FloatArray, k: int, clusters: Clusters) -> float:
    g = clusters.count
    return float(np.sqrt(moved @ moved * g / (g - 1) * (N - 1) / (N - k)))


@pytest.mark.parametrize("width", [1, 2])
def test_each_model_is_the_one_fitted_alone(width: int) -> None:
    x, own, y, clusters = _made_up([0.0, 0.1, -0.6, 1.2])
    if width == 2:
        unknown = np.random.default_rng(3).random(N) < 0.2
        own = [np.column_stack([np.where(unknown, 0.0, z[:, 0]), unknown]) for z in own]
    start = newton_logistic(x, y).coef
    for exact, tolerance in ((True, 1e-6), (False, 2e-3)):
        found = fit_side_by_side(x, start, own, y, clusters, exact=exact)
        for z, one in zip(own, found, strict=True):
            b, se = _one(x, z, y, clusters)
            assert one is not None
            assert one.b == pytest.approx(b, abs=tolerance * se + 1e-9)
            assert _error(one.moved, 3 + width, clusters) == pytest.approx(se, rel=10 * tolerance)


def test_what_separates_or_says_the_same_has_no_model() -> None:
    x, own, y, clusters = _made_up([0.3])
    start = newton_logistic(x, y).coef
    separating = (2 * y - 1 + 0.01 * own[0][:, 0])[:, None]
    same = (3 * x[:, 1] - 2)[:, None]
    found = fit_side_by_side(x, start, [separating, same, own[0]], y, clusters)
    assert found[0] is None and found[1] is None
    assert found[2] is not None


def test_shapes_are_checked() -> None:
    x, own, y, clusters = _made_up([0.3])
    with pytest.raises(ValueError, match="own columns"):
        fit_side_by_side(x, np.zeros(2), own, y, clusters)
