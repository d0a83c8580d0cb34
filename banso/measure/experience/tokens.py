"""Texts as their words: Japanese by Sudachi's dictionary, English by letters and its plural rule.

Words that say nothing alone (particles, auxiliaries, "do", "the") are left out, and so are names of
people. A verb keeps its "not": 分からない and 分かる are different words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

LONGEST = 2000
_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")
_ENGLISH = re.compile(r"[a-z][a-z0-9'’]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII)
_PHONE = re.compile(r"(?<!\d)(?:\+?\d[\d\-()（）ー ]{8,}\d)(?!\d)")
_SAYS_NOTHING = frozenset(
    "為る 居る 有る 成る 事 物 様 為 所 時 方 訳 筈 儘 御座る 下さる 頂く 思う 言う 出来る 行く"
    " 来る 見る 良い 無い 等 点 今 今回 他 其れ 此れ 何 皆 我々 当社 弊社 御社 貴社 上 中 下 前 後"
    " 際 丸 役 感じ 感じる 本当 大変 特に 方々 此方 其の 此の".split()
)
_STOP = frozenset(
    "a about after again all also am an and any are as at be because been before being but by can"
    " could did do does doing don don't down each even few for from further get got had has have"
    " having he her here hers him his how i i'd i'm i've if in into is it it's its itself just like"
    " made make me more most my no nor not now of off on once one only or other our ours out over"
    " own really same she should so some such than that that's the their them then there these they"
    " this those through to too under until up us very was we were what when where which while who"
    " whom why will with would you your yours".split()
)
_NOT = frozenset({"ない", "無い", "ぬ"})
_NOUNS_LEFT_OUT = frozenset({"数詞", "代名詞", "助動詞語幹"})


@cache
def _tokenizer() -> Any:
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="small").tokenizer(SplitMode.C)


def language_of(text: str) -> str:
    return "ja" if _JAPANESE.search(text) else "en"


def terms(text: str) -> list[tuple[str, str]]:
    """The words of a text as (word to count by, word to show)."""
    short = text[:LONGEST]
    return _japanese(short) if language_of(short) == "ja" else _english(short)


def _japanese(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    verb = ""  # the form of the verb that the last word was
    for one in _tokenizer().tokenize(text):
        kind, form = one.part_of_speech(), one.normalized_form()
        if verb and kind[0] == "助動詞" and form in _NOT:
            found[-1] = (f"{found[-1][0]}ない", f"{verb}ない")
            verb = ""
            continue
        verb = ""
        if _tells(kind, form, one.surface()):
            found.append((form, one.dictionary_form()))
            verb = one.surface() if kind[0] == "動詞" else ""
    return found


def _tells(kind: Sequence[str], form: str, surface: str) -> bool:
    if form in _SAYS_NOTHING or (len(surface) < 2 and not _JAPANESE.match(surface)):
        return False
    if kind[0] == "名詞":
        counts = len(surface) == 1 and kind[2] in ("助数詞可能", "副詞可能")
        return not (kind[1] in _NOUNS_LEFT_OUT or kind[2] == "人名" or surface.isdigit() or counts)
    if kind[0] in ("動詞", "形容詞"):
        return kind[1] != "非自立可能"
    return kind[0] == "形状詞" and kind[1] != "助動詞語幹"


def _english(text: str) -> list[tuple[str, str]]:
    words = (word.strip("'’") for word in _ENGLISH.findall(text.lower()))
    return [(singular(word), word) for word in words if word not in _STOP and len(word) > 2]


def singular(word: str) -> str:
    """Harman's S-stemmer (1991, JASIS 42:7): the plural's ending off, nothing else."""
    if word.endswith("ies") and word[-4:-3] not in ("e", "a"):
        return word[:-3] + "y"
    if word.endswith("es") and word[-3:-2] not in ("a", "e", "o"):
        return word[:-1]
    if word.endswith("s") and word[-2:-1] not in ("u", "s"):
        return word[:-1]
    return word


def shown_as(all_terms: Iterable[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """How each word is written most often."""
    seen: dict[str, Counter[str]] = {}
    for text in all_terms:
        for key, shown in text:
            seen.setdefault(key, Counter())[shown] += 1
    return {key: min(c, key=lambda s: (-c[s], s)) for key, c in seen.items()}


def masked(text: str, names: Iterable[str], mark: str) -> str:
    """The text with names of people, addresses and telephone numbers taken out, as far as known:
    the given names, and what the dictionary knows as a name of a person.
    """
    text = _PHONE.sub(mark, _MAIL.sub(mark, text))
    for name in sorted({n for n in names if len(n) > 1}, key=len, reverse=True):
        if _JAPANESE.search(name):
            text = text.replace(name, mark)
        elif name.lower() in text.lower():
            whole = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
            text = re.sub(whole, mark, text, flags=re.IGNORECASE)
    if language_of(text) != "ja" or len(text) > LONGEST:
        return text
    parts = [
        mark if one.part_of_speech()[2] == "人名" else one.surface()
        for one in _tokenizer().tokenize(text)
    ]
    return "".join(parts).replace(mark + mark, mark)
