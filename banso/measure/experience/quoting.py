"""Themes, distinctive words and quotes as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from banso.listen.surveys.definition import words
from banso.listen.surveys.models import Leaf, Response
from banso.listen.surveys.reads import definition_of
from banso.measure.experience.asking import Asked
from banso.measure.experience.presenting import cell
from banso.measure.experience.texts import Text, Texts, quotes
from banso.measure.experience.wording import customers_and_people, points
from banso.shared.figures import figure

EXAMPLES, ON_A_PAGE = 3, 30
JOINED = {"ja": "・", "en": ", "}


def theme_rows(found: Texts, asked: Asked) -> list[dict[str, Any]]:
    """Each theme with its words, what those who wrote it intend, and its most typical texts."""
    return [
        {
            "at": at,
            "words": one.words,
            "name": JOINED[one.language].join(one.words[:3]),
            "counts": customers_and_people(one.accounts, one.people),
            "texts": len(one.texts),
            "intent": cell(one.intent),
            "recommend": cell(one.recommend, points),
            "quotes": quote_rows(_examples(one.texts), asked),
            "link": asked.link("experience_words", theme=str(at)),
        }
        for at, one in enumerate(found.themes)
    ]


def _examples(texts: Sequence[Text]) -> list[Text]:
    """The first few that do not say the same."""
    found: dict[str, Text] = {}
    for one in texts:
        found.setdefault(one.text, one)
        if len(found) == EXAMPLES:
            break
    return list(found.values())


def quote_rows(texts: Sequence[Text], asked: Asked) -> list[dict[str, Any]]:
    """The texts with names masked, and whose they are unless the wave promised anonymity."""
    language = get_language() or "en"
    titles = {q.key: words(q.title, language) for q in definition_of(asked.wave.version).questions}
    ids = [one.response_id for one in texts]
    whose: dict[int, Response] = {}
    if not asked.wave.is_anonymous:
        whose = Response.objects.select_related("account").in_bulk(ids)
    return [
        {
            "text": text,
            "question": titles.get(one.question, ""),
            "account": whose[one.response_id].account if one.response_id in whose else None,
            "leaf": _leaf(whose.get(one.response_id)),
        }
        for one, text in quotes(list(texts), _("[name]"))
    ]


def _leaf(response: Response | None) -> str:
    return str(Leaf(response.leaf).label) if response is not None and response.leaf else ""


def chosen_theme(found: Texts, asked_for: str) -> int | None:
    """The place of a theme that is there."""
    at = int(asked_for) if asked_for.isdecimal() and len(asked_for) < 4 else -1
    return at if 0 <= at < len(found.themes) else None


def page_of(texts: Sequence[Text], number: str | None) -> Page[Text]:
    return Paginator(list(texts), ON_A_PAGE).get_page(number)


def leaf_word_rows(found: Texts) -> list[dict[str, Any]]:
    return [
        {
            "name": Leaf(one.leaf).label,
            "texts": figure(one.texts),
            "words": [
                {"word": w.word, "here": w.here, "elsewhere": w.elsewhere, "z": figure(w.z, 1)}
                for w in one.words
            ],
        }
        for one in found.leaves
    ]


def words_csv(found: Texts, asked: Asked) -> tuple[list[str], Iterator[list[Any]]]:
    """One line for each text, under its theme; names masked."""
    header = [_("Theme"), _("Words of the theme"), _("Customer"), _("Branch"), _("Question"),
              _("Text")]  # fmt: skip
    return header, _csv_rows(found, asked)


def _csv_rows(found: Texts, asked: Asked) -> Iterator[list[Any]]:
    grouped = [(str(at + 1), " ".join(one.words), one.texts)
               for at, one in enumerate(found.themes)]  # fmt: skip
    for number, told, texts in [*grouped, ("", "", found.lone)]:
        for row in quote_rows(texts, asked):
            account = row["account"]
            yield [number, told, account.name if account else "", row["leaf"], row["question"],
                   row["text"]]  # fmt: skip
