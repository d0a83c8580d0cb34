from __future__ import annotations

import pytest

from banso.listen.earlier.meaning.words import (
    compared,
    moved,
    number_of,
    on_scale,
    span_guessed,
    span_of,
    yes_or_no,
)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "3", "5"], {"1": "1", "3": "3", "5": "5"}),
        (["1", "4", "7"], {"1": "1", "4": "3", "7": "5"}),
        (["0", "5", "10"], {"0": "1", "5": "3", "10": "5"}),
        (["5: 満足", "1: 不満"], {"5: 満足": "5", "1: 不満": "1"}),
        (["5点", "2点"], {"5点": "5", "2点": "2"}),
        (["満足", "やや満足", "普通", "やや不満", "不満"],
         {"満足": "5", "やや満足": "4", "普通": "3", "やや不満": "2", "不満": "1"}),
        (["とても満足", "満足", "不満"], {"とても満足": "5", "満足": "4", "不満": "2"}),
        (["Very satisfied", "Neutral"], {"very satisfied": "5", "neutral": "3"}),
        (["青", "赤"], {}),
    ],
)  # fmt: skip
def test_values_find_their_place_on_a_scale_of_five(
    texts: list[str], expected: dict[str, str]
) -> None:
    span = span_guessed(texts, low=1, high=5)
    assert on_scale(texts, low=1, high=5, span=span) == expected


def test_ten_steps_stay_what_they_are_on_the_scale_of_recommendation() -> None:
    texts = [str(n) for n in range(1, 11)]
    found = on_scale(texts, low=0, high=10, span=span_guessed(texts, low=0, high=10))
    assert found == {str(n): str(n) for n in range(1, 11)}


@pytest.mark.parametrize(("number", "expected"), [(0, 1), (50, 3), (100, 5)])
def test_per_cent_become_five_steps(number: float, expected: int) -> None:
    assert moved(number, (0, 100), (1, 5)) == expected


def test_full_width_and_decimal_numbers_are_numbers() -> None:
    assert number_of("5") == 5
    assert number_of("4.5") == 4.5
    assert number_of("五") is None


def test_a_few_seen_values_do_not_make_a_scale_shorter_than_it_is() -> None:
    assert span_of([2, 3, 4], (1, 5)) == (1, 5)
    assert span_of([1, 2, 6], (1, 5)) == (1, 7)
    assert span_of([0, 3, 10], (1, 5)) == (0, 10)
    assert span_of([1, 2, 3, 4, 5], (0, 10)) == (1, 5)
    assert span_of([20, 100], (1, 5)) == (0, 100)
    assert span_of([2, 4, 11], (1, 5)) == (1, 5)
    assert span_of([150, 200], (1, 5)) is None


def test_yes_and_no_in_many_words() -> None:
    texts = ["はい、ありました", "いいえ", "YES", "なし", "あった", "そうかも"]
    assert yes_or_no(texts) == {
        "はい、ありました": "yes", "いいえ": "no", "yes": "yes", "なし": "no", "あった": "yes"
    }  # fmt: skip


def test_an_answer_is_compared_with_what_was_expected() -> None:
    texts = ["期待以上", "期待どおり", "期待を下回る", "まだ回答がない", "Above expectations"]
    assert list(compared(texts).values()) == ["above", "at", "below", "waiting", "above"]
