"""Guess what a file is about and where each column goes, from its header and its first rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from banso.listen.imports.meaning import kinds
from banso.listen.imports.meaning.dates import DateOrder, day_of, order_of
from banso.listen.imports.meaning.kinds import (
    ACCOUNTS,
    CUSTOM,
    EVENTS,
    PEOPLE,
    PROP,
    SKIP,
    SUBSCRIPTIONS,
    WIDE,
)
from banso.listen.imports.meaning.mappings import Column, Mapping, key_of, plain_header
from banso.listen.imports.meaning.values import (
    boolean_value,
    decimal_of,
    is_nothing,
    number_value,
    plain,
)
from banso.listen.imports.reading.faults import Fault

NOTHING = ""
MOST_CHOICES = 30
ALSO_FIELDS = frozenset({"term_months", "plan"})
"""In one wide file these words also stay with the customer as a field, so that evidence can use
them.
"""

_OUTCOME = re.compile(
    r"churn|cancel|reason|refund|total charges|termination|win ?back|"
    r"解約|退会|離脱|理由|返金|累計|総額|終了"
)
_START = re.compile(
    r"plan|contract|tier|edition|industry|country|region|segment|referral|channel|source|type|size|"
    r"プラン|契約|業種|業界|地域|国|規模|流入|経路|区分|種別"
)
_TERMS = {
    1: "month to month, monthly, month, 1 month, m, "
    "月, 月次, 月額, 月払い, 毎月, 月単位, 1ヶ月, 1か月",
    3: "quarterly, quarter, 3 months, 四半期, 3ヶ月, 3か月",
    6: "half yearly, semiannual, semi annual, 6 months, 半年, 6ヶ月, 6か月",
    12: "annual, annually, yearly, year, one year, 1 year, 12 months, "
    "年, 年次, 年額, 年払い, 年間, 1年, 12ヶ月, 12か月",
    24: "two year, two years, 2 years, 2 year, biennial, 24 months, 2年, 24ヶ月, 24か月",
    36: "three year, three years, 3 years, 3 year, 36 months, 3年, 36ヶ月, 36か月",
}
TERM_WORDS = {
    plain_header(word): months for months, words in _TERMS.items() for word in words.split(",")
}


@dataclass(frozen=True)
class Sampled:
    """A column of the sample and what its values look like."""

    name: str
    texts: tuple[str, ...]
    filled: int
    dates: float
    numbers: float
    booleans: float
    distinct: int
    order: DateOrder

    @property
    def is_date(self) -> bool:
        return self.dates >= 0.8

    @property
    def is_number(self) -> bool:
        return self.numbers >= 0.9

    @property
    def is_boolean(self) -> bool:
        return self.booleans == 1.0


def sampled(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Sampled]:
    columns = []
    for place, name in enumerate(header):
        texts = tuple(row[place] for row in rows)
        filled = [text for text in texts if not is_nothing(text)]
        several = filled[:400]
        columns.append(
            Sampled(
                name,
                texts,
                len(filled),
                _share(
                    several,
                    lambda text: day_of(text) is not None or day_of(text, "dmy") is not None,
                ),
                _share(several, lambda text: not isinstance(number_value(text), Fault)),
                _share(
                    [t for t in texts if t.strip()][:400],
                    lambda t: isinstance(boolean_value(t), bool),
                ),
                len(set(filled)),
                order_of(filled),
            )
        )
    return columns


def _share(texts: list[str], holds: Callable[[str], bool]) -> float:
    return sum(1 for text in texts if holds(text)) / len(texts) if texts else 0.0


def guess_kind(columns: Sequence[Sampled]) -> str:
    """The kind of a file, or an empty text when no customer can be found in it."""
    found = {kind: {c.target for c in _place(kind, columns).values()} for kind in kinds.KINDS}
    events, terms, people, wide = (found[k] for k in (EVENTS, SUBSCRIPTIONS, PEOPLE, WIDE))
    accounts = found[ACCOUNTS]
    if "email" in people and people & {"name", "external_id"}:
        return PEOPLE
    named = "name" in events or ("event_id" in events and _looks_like_log(columns))
    if {"account", "time"} <= events and named and "start" not in terms:
        return EVENTS
    if {"account", "start"} <= terms and terms & {"external_id", "end", "mrr", "term_months"}:
        return SUBSCRIPTIONS
    if {"tenure_months", "outcome"} <= wide and {"external_id", "name"} & wide:
        return WIDE
    if {"account", "name"} <= people and people & {
        "department",
        "title",
        "phone",
        "product_role",
        "is_key",
    }:
        return PEOPLE
    if {"external_id", "name"} & accounts and _names_rows(accounts, columns):
        return ACCOUNTS
    return NOTHING


def _looks_like_log(columns: Sequence[Sampled]) -> bool:
    """A column that speaks of events: something that happened, not something that is."""
    return any("event" in plain_header(column.name) for column in columns)


def _names_rows(targets: set[str], columns: Sequence[Sampled]) -> bool:
    """Something must tell the customers apart, and it must not be a bare count."""
    place = _place(ACCOUNTS, columns)
    for index, column in place.items():
        if column.target in ("external_id", "name"):
            found = columns[index]
            if found.filled and found.distinct >= found.filled * 0.5:
                return True
    return False


def guess_mapping(kind: str, columns: Sequence[Sampled], *, currency: str = "JPY") -> Mapping:
    """Where each column goes when the file is of this kind; what is not known becomes a field or a
    property.
    """
    placed = _place(kind, columns)
    taken: set[str] = set()
    result = []
    for index, column in enumerate(columns):
        if index in placed:
            result.append(placed[index])
            continue
        result.append(_own_field(kind, column, taken))
        taken.add(result[-1].key)
    mapping = Mapping(kind, tuple(result), currency=_currency(columns, currency))
    place = mapping.place_of("term_months")
    return mapping if place is None else _with_terms(mapping, columns[place])


def _with_terms(mapping: Mapping, column: Sampled) -> Mapping:
    """The words of a contract column as months; an unknown word waits for the reader with 12."""
    words = sorted({text.strip() for text in column.texts if not is_nothing(text)})[:20]
    terms = {
        word: TERM_WORDS.get(plain_header(word), 12) for word in words if decimal_of(word) is None
    }
    return replace(mapping, terms=terms)


def _currency(columns: Sequence[Sampled], default: str) -> str:
    for column in columns:
        found = re.search(r"(?:^| )(usd|eur|gbp|jpy)(?: |$)", plain_header(column.name))
        if found:
            return found[1].upper()
    return default


def _place(kind: str, columns: Sequence[Sampled]) -> dict[int, Column]:
    """The best column for each target: earlier synonyms win, a column is used once."""
    offers = []
    for number, target in enumerate(kinds.TARGETS[kind]):
        for index, column in enumerate(columns):
            header = plain_header(column.name)
            if header in target.synonyms and _fits(target.form, column):
                offers.append((target.synonyms.index(header), number, index, target))
    placed: dict[int, Column] = {}
    used: set[str] = set()
    for _rank, _number, index, target in sorted(offers, key=lambda offer: offer[:3]):
        if index not in placed and target.key not in used:
            used.add(target.key)
            order = columns[index].order.order
            name = columns[index].name
            kept = kind == WIDE and target.key in ALSO_FIELDS and not columns[index].is_number
            own = (
                {"key": key_of(name, set()), "kind": "choice", "known_when": "start"}
                if kept
                else {}
            )
            placed[index] = Column(name, target.key, order=order, **own)
    return placed


def _fits(form: str, column: Sampled) -> bool:
    """Whether the values can be what the header promises; an empty column can be anything."""
    if not column.filled:
        return True
    if form == "date":
        return column.dates >= 0.5 and not column.is_boolean
    if form == "moment":
        return column.is_date or any(":" in text for text in column.texts[:5]) or column.is_number
    if form in ("count", "money"):
        return column.numbers >= 0.5
    if form == "email":
        return any("@" in text for text in column.texts)
    if form == "boolean":
        return column.booleans >= 0.8
    if form == "outcome":
        return column.booleans >= 0.8 or any(plain(text) in OUTCOME_WORDS for text in column.texts)
    if form == "term":
        return column.is_number or any(plain_header(text) in TERM_WORDS for text in column.texts)
    if form == "touch_model":
        return column.distinct <= 8
    if form == "stage":
        return any(plain(text) in STAGE_WORDS for text in column.texts)
    return True


OUTCOME_WORDS = {
    **dict.fromkeys(
        ("churned", "churn", "cancelled", "canceled", "lost", "解約", "解約済", "解約済み", "失注"),
        "churned",
    ),
    **dict.fromkeys(
        ("renewed", "active", "retained", "更新", "更新済", "継続", "継続中", "契約中"), "renewed"
    ),
}
STAGE_WORDS = {
    **dict.fromkeys(("onboarding", "オンボーディング", "導入期", "導入中"), "onboarding"),
    **dict.fromkeys(("adoption", "アダプション", "活用期", "活用中", "live"), "adoption"),
    **dict.fromkeys(("left", "離脱", "解約済", "churned"), "left"),
}
TOUCH_WORDS = {
    **dict.fromkeys(("high", "high touch", "high-touch", "ハイ", "ハイタッチ"), "high"),
    **dict.fromkeys(
        (
            "mid",
            "mid touch",
            "mid-touch",
            "medium",
            "ミッド",
            "ミドル",
            "ミッドタッチ",
            "ミドルタッチ",
        ),
        "mid",
    ),
    **dict.fromkeys(("low", "low touch", "low-touch", "ロー", "ロータッチ"), "low"),
    **dict.fromkeys(
        ("tech", "tech touch", "tech-touch", "テック", "テックタッチ", "デジタルタッチ"), "tech"
    ),
}
INFLUENCE_WORDS = {
    **dict.fromkeys(("decides", "decision maker", "決裁", "決裁者", "決める"), "decides"),
    **dict.fromkeys(("influences", "influencer", "影響", "影響者", "影響する"), "influences"),
    **dict.fromkeys(("uses", "user", "利用", "利用者", "使う"), "uses"),
}


def _own_field(kind: str, column: Sampled, taken: set[str]) -> Column:
    if not column.filled:
        return Column(column.name, SKIP)
    header = plain_header(column.name)
    target = PROP if kind == EVENTS else CUSTOM
    known = "outcome" if _OUTCOME.search(header) else "changes"
    found = _kind_of_values(column)
    if known == "changes" and found == "choice" and _START.search(header):
        known = "start"
    return Column(column.name, target, key_of(column.name, taken), found, known, column.order.order)


def _kind_of_values(column: Sampled) -> str:
    if column.is_boolean:
        return "choice"
    if column.is_number:
        return "number"
    if column.is_date:
        return "date"
    few = column.distinct <= MOST_CHOICES and column.filled >= column.distinct * 3
    return "choice" if few and max(map(len, column.texts)) <= 100 else "text"
