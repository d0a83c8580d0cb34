"""Distinctive words against the formula, themes against texts whose groups are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.distinctive_words import distinctive_words
from banso.prove.engine.themes import group_texts

SUBJECTS = (
    ["report", "slow", "export", "wait", "load"],
    ["support", "kind", "answer", "quick", "help"],
    ["price", "plan", "contract", "invoice", "cost"],
)


def test_monroes_formula_by_hand() -> None:
    """a0 = 10 over 100 words: «slow» 12 of 50 against 3 of 50, prior 10 * 15/100 = 1.5."""
    here, there = {"slow": 12, "fine": 38}, {"slow": 3, "fine": 47}
    found = distinctive_words(here, there, prior=10)
    assert not isinstance(found, NoAnswer)
    slow = found[0]
    odds = math.log(13.5 / (60 - 13.5)) - math.log(4.5 / (60 - 4.5))
    assert slow.word == "slow" and slow.log_odds == pytest.approx(odds)
    assert slow.z == pytest.approx(odds / math.sqrt(1 / 13.5 + 1 / 4.5))
    assert (slow.here, slow.elsewhere) == (12, 3)


def test_a_word_said_once_does_not_stand_out() -> None:
    found = distinctive_words({"rare": 1, "one": 50, "two": 49}, {"one": 200, "two": 200})
    assert not isinstance(found, NoAnswer)
    assert max(abs(one.z) for one in found) < 1.96
    few = distinctive_words({"a": 3}, {"b": 100})
    assert isinstance(few, NoAnswer) and few.reason == "too_few_words"


def made(n: int, seed: int = 0) -> tuple[list[list[str]], list[int]]:
    rng = np.random.default_rng(seed)
    texts, truth = [], []
    for at in range(n):
        subject = at % 3
        words = [*rng.choice(SUBJECTS[subject], 3, replace=False), "we", f"own{at}"]
        texts.append([str(word) for word in words])
        truth.append(subject)
    return texts, truth


def test_texts_of_one_subject_come_together() -> None:
    texts, truth = made(90)
    found = group_texts(texts, 3)
    assert not isinstance(found, NoAnswer) and len(found) == 3
    for theme in found:
        subjects = [truth[at] for at in theme.texts]
        commonest = max(set(subjects), key=subjects.count)
        assert subjects.count(commonest) / len(subjects) > 0.95
        assert set(theme.words[:4]) <= set(SUBJECTS[commonest])
    assert sum(len(theme.texts) for theme in found) == 90


def test_the_same_texts_give_the_same_themes() -> None:
    texts, _truth = made(60)
    assert group_texts(texts) == group_texts(texts)
    few = group_texts(texts[:19])
    assert isinstance(few, NoAnswer) and few.reason == "too_few_texts"
    assert isinstance(group_texts([["only"]] * 40), NoAnswer)
