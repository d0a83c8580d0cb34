"""Short texts grouped by the words they share, without any model from elsewhere.

Letters: n texts, m words; X (n, m) = idf of the words a text holds, ln((1 + n)/(1 + n_w)) + 1, each
row of length 1. Non-negative factors X ~ W H with k themes by multiplicative updates, begun from
the singular vectors, so that the same texts give the same themes. A text belongs to the theme of
its largest weight, H's rows scaled to length 1; a text without any kept word to none.
References: Lee & Seung 1999, Nature 401:788; Boutsidis & Gallopoulos 2008, Pattern Recognition
41:1350 (the beginning); Xu, Liu & Gong 2003 (clusters of texts by W).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import NoAnswer

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MINIMUM_TEXTS = 20
MOST_WORDS, TOP = 1500, 6
MOST_OFTEN = 0.5
_ROUNDS, _TINY = 120, 1e-9


@dataclass(frozen=True, slots=True)
class Theme:
    """Its words, the weightiest first, and its texts (places), the most typical first."""

    words: tuple[str, ...]
    texts: tuple[int, ...]


def group_texts(texts: Sequence[Sequence[str]], count: int | None = None) -> list[Theme] | NoAnswer:
    """Themes of texts given as their words, the largest first; ``count``: at most so many.

    Words that fewer than two texts hold, or more than half of them, tell nothing apart.
    NoAnswer("too_few_texts") below twenty texts with a word that another one has, too.
    """
    words = _vocabulary(texts)
    place = {word: at for at, word in enumerate(words)}
    rows = [sorted({place[word] for word in text if word in place}) for text in texts]
    holding = [at for at, row in enumerate(rows) if row]
    if len(holding) < MINIMUM_TEXTS or len(words) < 3:
        needs = {"texts": len(holding), "texts_needed": MINIMUM_TEXTS}
        return NoAnswer("too_few_texts", needs)
    x = _weighted([rows[at] for at in holding], len(words))
    k = min(count or _how_many(len(holding)), len(words) - 1, len(holding) - 1)
    w, h = _factors(x, k)
    length = np.sqrt((h**2).sum(axis=1)) + _TINY
    weights = w * length
    mine = weights.argmax(axis=1)
    found = []
    for theme in range(k):
        places = np.flatnonzero(mine == theme)
        if not len(places):
            continue
        order = places[np.argsort(-weights[places, theme], kind="stable")]
        top = np.argsort(-h[theme], kind="stable")[:TOP]
        told = tuple(words[at] for at in top.tolist() if h[theme, at] > _TINY)
        found.append(Theme(told, tuple(holding[at] for at in order.tolist())))
    return sorted(found, key=lambda one: (-len(one.texts), one.words))


def _how_many(n: int) -> int:
    return int(min(8, max(2, round((n / 12) ** 0.5))))


def _vocabulary(texts: Sequence[Sequence[str]]) -> list[str]:
    held = Counter(word for text in texts for word in set(text))
    most = MOST_OFTEN * len(texts)
    kept = [(n, word) for word, n in held.items() if 2 <= n <= most]
    kept.sort(key=lambda pair: (-pair[0], pair[1]))
    return sorted(word for _n, word in kept[:MOST_WORDS])


def _weighted(rows: Sequence[Sequence[int]], m: int) -> Any:
    from scipy.sparse import csr_matrix

    sizes = [len(row) for row in rows]
    columns = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
    held = np.bincount(columns, minlength=m)
    idf = np.log((1 + len(rows)) / (1 + held)) + 1
    data = idf[columns]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    lengths = np.sqrt(np.add.reduceat(data**2, starts[:-1]))
    return csr_matrix((data / np.repeat(lengths, sizes), columns, starts), shape=(len(rows), m))


def _factors(x: Any, k: int) -> tuple[FloatArray, FloatArray]:
    from scipy.sparse.linalg import svds

    u, s, v = svds(x, k=k, v0=np.ones(min(x.shape)))
    order = np.argsort(-s)
    w = np.empty((x.shape[0], k))
    h = np.empty((k, x.shape[1]))
    for at, place in enumerate(order.tolist()):
        left, right = u[:, place], v[place]
        sides = [(np.maximum(f * left, 0), np.maximum(f * right, 0)) for f in (1.0, -1.0)]
        sizes = [float(np.linalg.norm(a) * np.linalg.norm(b)) for a, b in sides]
        best = 0 if sizes[0] >= sizes[1] else 1
        a, b = sides[best]
        scale = float(np.sqrt(max(s[place] * sizes[best], _TINY)))
        w[:, at] = scale * a / (np.linalg.norm(a) + _TINY)
        h[at] = scale * b / (np.linalg.norm(b) + _TINY)
    w, h = np.maximum(w, 1e-4), np.maximum(h, 1e-4)
    for _round in range(_ROUNDS):
        h *= (x.T @ w).T / (w.T @ w @ h + _TINY)
        w *= (x @ h.T) / (w @ (h @ h.T) + _TINY)
    return w, h
