"""What customers wrote: read from the answers, grouped into themes, and set beside the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from banso.know.people.models import Person
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Response
from banso.listen.surveys.reads import definition_of
from banso.measure.experience.answers import Answers, kept
from banso.measure.experience.asking import Asked
from banso.measure.experience.reads import chosen_answers
from banso.measure.experience.result import Found, intent_of, recommend_of
from banso.measure.experience.rules import BRANCHES, FEWEST_SHOWN, hidden
from banso.measure.experience.tokens import language_of, masked, shown_as, terms
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.distinctive_words import Word, distinctive_words
from banso.prove.engine.themes import MINIMUM_TEXTS, group_texts
from banso.shared.upserts.writes import slices
from banso.shared.users.models import User

MOST_READ = 5_000
FEWEST_TEXTS = 10
SURE_Z = 1.96
MOST_DISTINCTIVE = 8


@dataclass(frozen=True)
class Text:
    """One text somebody wrote; ``at``: the place of its answer."""

    at: int
    response_id: int
    question: str
    text: str


@dataclass(frozen=True)
class TextTheme:
    """Texts that share words, and what those who wrote them intend."""

    language: str
    words: list[str]
    texts: list[Text]
    people: int
    accounts: int
    intent: Found
    recommend: Found


@dataclass(frozen=True)
class LeafWords:
    leaf: str
    language: str
    texts: int
    words: list[Word]


@dataclass(frozen=True)
class Texts:
    """``written``: answers with a text; ``read``: texts that were read (of very many, at even
    steps); ``lone``: texts too few in their language to be grouped.
    """

    written: int
    read: int
    themes: list[TextTheme]
    leaves: list[LeafWords]
    lone: list[Text]


def texts_of(asked: Asked) -> Texts:
    """Kept until answers change."""
    key = ("texts", asked.wave.pk, tuple(sorted(asked.only.items())), asked.asof)
    return kept(key, lambda: _texts(asked, asked.asof))


def _texts(asked: Asked, asof: Hashable) -> Texts:
    answers, _mask = chosen_answers(asked.wave, asked.only, asof)
    found = _written(asked, answers)
    ours = {part.lower() for part in _our_names()}
    every = [[pair for pair in terms(one.text) if pair[1].lower() not in ours] for one in found]
    shown = shown_as(every)
    themes: list[TextTheme] = []
    lone: list[Text] = []
    for language in ("ja", "en"):
        places = [at for at, one in enumerate(found) if language_of(one.text) == language]
        grouped = group_texts([[key for key, _shown in every[at]] for at in places])
        if isinstance(grouped, NoAnswer):
            lone += [found[at] for at in places]
            continue
        themes += [
            _theme(answers, language, [shown[w] for w in one.words],
                   [found[places[at]] for at in one.texts])
            for one in grouped
        ]  # fmt: skip
    tied = answers.tied
    themes = [one for one in themes if tied or one.people >= FEWEST_SHOWN]
    lone = lone if tied or len({one.at for one in lone}) >= FEWEST_SHOWN else []
    return Texts(
        written=len({one.at for one in found}),
        read=len(found),
        themes=sorted(themes, key=lambda one: -one.people),
        leaves=_by_leaf(answers, found, every, shown),
        lone=lone,
    )


def _written(asked: Asked, answers: Answers) -> list[Text]:
    """The texts of the answers; of very many, those at even steps."""
    definition = definition_of(asked.wave.version)
    keys = [one.key for one in definition.questions if one.kind == "text"]
    step = max(1, -(-answers.n // MOST_READ))
    places = {pk: at * step for at, pk in enumerate(answers.ids[::step].tolist())}
    found = []
    for some in slices(list(places)):
        rows = Response.objects.filter(pk__in=some).values_list("pk", "answers")
        for pk, said in rows:
            for key in keys:
                text = said.get(key)
                if isinstance(text, str) and text.strip():
                    found.append(Text(places[pk], pk, key, text.strip()))
    return sorted(found, key=lambda one: (one.at, one.question))


def _theme(answers: Answers, language: str, words: list[str], texts: list[Text]) -> TextTheme:
    who = np.zeros(answers.n, dtype=bool)
    who[[one.at for one in texts]] = True
    mine = answers.only(who)
    return TextTheme(
        language, words, texts, mine.n, mine.accounts if answers.tied else 0,
        intent_of(mine), recommend_of(mine),
    )  # fmt: skip


def _by_leaf(
    answers: Answers,
    found: list[Text],
    every: list[list[tuple[str, str]]],
    shown: Mapping[str, str],
) -> list[LeafWords]:
    """What those at a leaf write about more than those at the others."""
    people = {key: int(np.isin(answers.leaf, _places(one.leaves)).sum())
              for key, one in BRANCHES.items()}  # fmt: skip
    shut = set() if answers.tied else hidden(people)
    made = []
    for language in ("ja", "en"):
        mine = [at for at, one in enumerate(found) if language_of(one.text) == language]
        if len(mine) < MINIMUM_TEXTS:
            continue
        whole = _counts(every, mine)
        stand = answers.leaf[[found[at].at for at in mine]].tolist()
        for place, leaf in enumerate(LEAVES):
            here = [at for at, leaf_of in zip(mine, stand, strict=True) if leaf_of == place]
            if len(here) < FEWEST_TEXTS or leaf in shut:
                continue
            ours = _counts(every, here)
            words = distinctive_words(ours, whole - ours)
            if isinstance(words, NoAnswer):
                continue
            told = [one for one in words if one.z > SURE_Z][:MOST_DISTINCTIVE]
            named = [
                Word(shown.get(w.word, w.word), w.z, w.log_odds, w.here, w.elsewhere) for w in told
            ]
            made.append(LeafWords(leaf, language, len(here), named))
    return made


def _places(leaves: tuple[str, ...]) -> list[int]:
    return [LEAVES.index(leaf) for leaf in leaves]


def _counts(every: list[list[tuple[str, str]]], places: list[int]) -> Counter[str]:
    """In how many of the texts each word stands."""
    return Counter(key for at in places for key in {key for key, _shown in every[at]})


def known_names(response_ids: list[int]) -> dict[int, list[str]]:
    """For each answer the names that must not be read in its text: of the people at its customer
    and of our own.
    """
    ours = _our_names()
    rows = Response.objects.filter(pk__in=response_ids).values_list("pk", "account_id")
    accounts = dict(rows)
    theirs: dict[int, list[str]] = {}
    people = Person.objects.filter(memberships__account__in={a for a in accounts.values() if a})
    for account, name in people.values_list("memberships__account_id", "name"):
        theirs.setdefault(account, []).extend(_parts(name))
    return {pk: ours + theirs.get(account or 0, []) for pk, account in accounts.items()}


def _our_names() -> list[str]:
    return [part for name in User.objects.values_list("name", flat=True) for part in _parts(name)]


def _parts(name: str) -> list[str]:
    return [name, *(part for part in name.replace("　", " ").split(" ") if len(part) > 1)]


def quotes(texts: list[Text], mark: str) -> list[tuple[Text, str]]:
    """The texts as they may be shown."""
    names = known_names([one.response_id for one in texts])
    return [(one, masked(one.text, names.get(one.response_id, []), mark)) for one in texts]
