"""Which value of ours a word or number of a file probably means: shown, and to be changed."""

# ruff: noqa: E501 - lists of words

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from banso.listen.earlier.meaning.columns import said
from banso.listen.surveys.meanings import ABOVE, AS_EXPECTED, BELOW, NO, WAITING, YES

_LADDERS: tuple[tuple[str, ...], ...] = (
    # best to worst; a word may stand in several ladders
    ("とても満足", "満足", "どちらともいえない", "不満", "とても不満"),
    ("大変満足", "満足", "普通", "不満", "大変不満"),
    ("非常に満足", "満足", "どちらでもない", "不満", "非常に不満"),
    ("満足", "やや満足", "どちらともいえない", "やや不満", "不満"),
    ("満足", "やや満足", "どちらでもない", "やや不満", "不満"),
    ("満足", "やや満足", "普通", "やや不満", "不満"),
    ("very satisfied", "satisfied", "neutral", "dissatisfied", "very dissatisfied"),
    ("very satisfied", "satisfied", "neither satisfied nor dissatisfied", "dissatisfied",
     "very dissatisfied"),
    ("very satisfied", "somewhat satisfied", "neutral", "somewhat dissatisfied",
     "very dissatisfied"),
    ("とてもそう思う", "そう思う", "どちらともいえない", "そう思わない", "まったくそう思わない"),
    ("そう思う", "ややそう思う", "どちらともいえない", "あまりそう思わない", "そう思わない"),
    ("strongly agree", "agree", "neutral", "disagree", "strongly disagree"),
    ("ぜひ続けたい", "続けたい", "どちらともいえない", "あまり続けたくない", "続けたくない"),
    ("ぜひ継続したい", "継続したい", "どちらともいえない", "あまり継続したくない",
     "継続したくない"),
    ("継続したい", "やや継続したい", "どちらともいえない", "あまり継続したくない",
     "継続したくない"),
    ("definitely", "probably", "not sure", "probably not", "definitely not"),
    ("大変良い", "良い", "普通", "悪い", "大変悪い"),
    ("良い", "やや良い", "普通", "やや悪い", "悪い"),
    ("excellent", "good", "fair", "poor", "very poor"),
    ("とても困る", "少し困る", "困らない"),
    ("very much", "somewhat", "not at all"),
    ("満足", "普通", "不満"),
    ("good", "neutral", "bad"),
)  # fmt: skip
_YES = "はい yes y true 1 あり ある あった 有 有り した しました ○ 〇 o 相談した 相談しました"
_NO = "いいえ no n false 0 なし ない なかった 無 無し しない しなかった × x 相談しなかった 相談していない"
YES_NO = {said(word): YES for word in _YES.split()} | {said(word): NO for word in _NO.split()}
_COMPARED = (
    # the first that is found anywhere in the text
    (re.compile(r"未回答|まだ|待ち|waiting|not yet|pending|no answer"), WAITING),
    (re.compile(r"下回|以下|below|worse|less than|期待外れ|不十分"), BELOW),
    (re.compile(r"以上|上回|超え|above|exceed|better|more than"), ABOVE),
    (re.compile(r"どおり|通り|as expected|^as$|^at$|same|met|相応"), AS_EXPECTED),
)
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:点|pt|points?)?(?:$|[\s::.．…、,)）(（-])")
SPANS = ((0, 10), (1, 10), (1, 5), (0, 5), (1, 7), (1, 4), (1, 3), (1, 6), (0, 100))
_COMMON = ((1, 5), (0, 5), (1, 7), (0, 10), (0, 100))


def number_of(text: str) -> float | None:
    """The number that a value is or begins with: "5", "5点", "5: very satisfied"."""
    found = _NUMBER.match(said(text))
    return float(found[1]) if found else None


def span_of(
    numbers: Iterable[float], ours: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """The scale that these numbers are probably on: ours if it holds them, else a common one."""
    seen = {number for number in numbers if number >= 0}
    if not seen:
        return None
    if len([number for number in seen if number > 10]) * 2 <= len(seen):
        seen = {number for number in seen if 0 <= number <= 10}  # a slip of the pen is no scale
    low, high = min(seen), max(seen)
    if ours and ours[0] <= low and high <= ours[1]:
        is_five = ours == (0, 10) and low >= 1 and high <= 5 and len(seen) >= 4
        return (1, 5) if is_five else ours
    if ours == (0, 10) and low >= 1 and high <= 10:
        return 1, 10
    return next((one for one in _COMMON if one[0] <= low and high <= one[1]), None)


def on_scale(texts: Sequence[str], *, low: int, high: int, span: str = "") -> dict[str, str]:
    """Each value of a column as a number of our scale, where it can be guessed.

    ``span``: the file's own scale, such as "1-7"; "" where it has words.
    """
    file_scale = span_named(span)
    if file_scale is None:
        return _on_ladder(texts, low, high)
    found = {}
    for text in texts:
        number = number_of(text)
        if number is not None and file_scale[0] <= number <= file_scale[1]:
            found[said(text)] = str(moved(number, file_scale, (low, high)))
    return found


def span_named(text: str) -> tuple[int, int] | None:
    """("1-7") -> (1, 7)"""
    low, dash, high = text.partition("-")
    return (int(low), int(high)) if dash and (int(low), int(high)) in SPANS else None


def span_guessed(texts: Sequence[str], *, low: int, high: int) -> str:
    """The file's scale as its name, "" where most values are no numbers."""
    numbers = [number for text in texts if (number := number_of(text)) is not None]
    found = span_of(numbers, (low, high)) if len(numbers) * 2 >= len(texts) else None
    return f"{found[0]}-{found[1]}" if found else ""


def moved(number: float, span: tuple[int, int], ours: tuple[int, int]) -> int:
    """The same place on our scale; 1-10 stays what it is on 0-10."""
    low, high = ours
    if span == ours or (span == (1, 10) and ours == (0, 10)):
        return max(low, min(high, int(number + 0.5)))
    share = (number - span[0]) / (span[1] - span[0])
    return max(low, min(high, int(low + share * (high - low) + 0.5)))


def _on_ladder(texts: Sequence[str], low: int, high: int) -> dict[str, str]:
    words = {said(text).replace("、", "").replace("。", "") for text in texts}
    ladders = [[said(rung) for rung in ladder] for ladder in _LADDERS]
    best = max(ladders, key=lambda ladder: len(words & set(ladder)))
    if not words & set(best):
        return {}
    last = len(best) - 1
    place = {rung: low + round((last - n) / last * (high - low)) for n, rung in enumerate(best)}
    return {said(text): str(place[word]) for text in texts if (word := said(text)) in place}


def yes_or_no(texts: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        word = said(text).rstrip("。.")
        if word in YES_NO:
            found[said(text)] = YES_NO[word]
        elif word.startswith(("はい", "yes")):
            found[said(text)] = YES
        elif word.startswith(("いいえ", "no")):
            found[said(text)] = NO
    return found


def compared(texts: Iterable[str]) -> dict[str, str]:
    """Above, as, below what was expected, or still waiting."""
    found = {}
    for text in texts:
        word = said(text)
        for pattern, value in _COMPARED:
            if pattern.search(word):
                found[word] = value
                break
    return found


def among(texts: Iterable[str], known: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """The values whose name or label a text is."""
    by_word = {said(word): value for value, words in known for word in (value, *words) if word}
    return {said(text): by_word[said(text)] for text in texts if said(text) in by_word}
