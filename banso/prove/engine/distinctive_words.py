"""Which words one group of texts uses more than the others, small counts not taken for large ones.

Letters: word w counted y_iw times in group i of n_i words, y_jw, n_j in the others together; prior
a_w = a0 times the word's share of all words, a0 = 0.1 times the number of different words, at least
10. Log-odds d_w = ln((y_iw + a_w) / (n_i + a0 - y_iw - a_w)) - the same of the others; variance
1/(y_iw + a_w) + 1/(y_jw + a_w); z = d / sqrt(variance).
Reference: Monroe, Colaresi & Quinn 2008, Political Analysis 16:372, formulas 15, 18, 20 and 22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import NoAnswer

MINIMUM_WORDS = 20


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its z and log-odds against the others, and how often either side said it."""

    word: str
    z: float
    log_odds: float
    here: int
    elsewhere: int


def distinctive_words(
    here: Mapping[str, int], elsewhere: Mapping[str, int], *, prior: float | None = None
) -> list[Word] | NoAnswer:
    """All words of ``here``, the most distinctive first; counts by word. ``prior``: a0.

    NoAnswer("too_few_words") below twenty words on either side.
    """
    sides = [sum(counts.values()) for counts in (here, elsewhere)]
    if min(sides) < MINIMUM_WORDS:
        return NoAnswer("too_few_words", {"words": min(sides), "words_needed": MINIMUM_WORDS})
    words = sorted({*here, *elsewhere})
    ours, theirs = (
        np.array([counts.get(w, 0) for w in words], dtype=np.float64)
        for counts in (here, elsewhere)
    )
    a0 = prior if prior is not None else max(10.0, 0.1 * len(words))
    a = a0 * (ours + theirs) / (ours + theirs).sum()
    odds = [
        np.log((counts + a) / np.maximum(counts.sum() + a0 - counts - a, 1e-12))
        for counts in (ours, theirs)
    ]
    log_odds = odds[0] - odds[1]
    z = log_odds / np.sqrt(1 / (ours + a) + 1 / (theirs + a))
    order = np.lexsort((np.arange(len(words)), -z))
    return [
        Word(words[at], float(z[at]), float(log_odds[at]), int(ours[at]), int(theirs[at]))
        for at in order.tolist()
        if ours[at] > 0
    ]
