"""What makes a translation wrong: decisions on plain values, no files read here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

PLACEHOLDER = re.compile(
    r"%\(\w+\)[sdif]|%(?:\.\d+)?[sdif](?![a-zA-Z])|\{\w*(?:![rsa])?(?::[^{}]*)?\}"
)
BRACKETED = re.compile(r"\s*[(（][^)）]*[)）]\s*")


@dataclass(frozen=True)
class Entry:
    """One string of one app and its Japanese."""

    app: str
    context: str | None
    msgid: str
    plural: str | None
    japanese: str
    fuzzy: bool


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text.replace("%%", "")))


def entry_faults(entry: Entry) -> list[str]:
    where = f"{entry.app}: {entry.msgid!r}"
    if not entry.japanese:
        return [f"{where} has no Japanese: translate it in the app's django.po"]
    faults = []
    if entry.fuzzy:
        faults.append(f"{where} is marked fuzzy: check the Japanese and take the mark away")
    wanted = placeholders(entry.plural or entry.msgid)
    if set(placeholders(entry.japanese)) != set(wanted):
        faults.append(
            f"{where} needs the placeholders {sorted(wanted) or 'none'}, "
            f"its Japanese has {sorted(placeholders(entry.japanese)) or 'none'}: make them equal"
        )
    if entry.msgid != entry.msgid.strip():
        faults.append(f"{where} begins or ends with a space: use `blocktranslate trimmed`")
    if "\n" in entry.msgid.strip():
        faults.append(f"{where} runs over lines: use `blocktranslate trimmed`, one per paragraph")
    return faults


def clashes(entries: Iterable[Entry]) -> list[str]:
    """Django merges the apps' catalogues: one string can have one translation only."""
    ways: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if entry.japanese:
            ways[entry.msgid, entry.context or ""][entry.japanese].append(entry.app)
    faults = []
    for (msgid, _), by_japanese in sorted(ways.items()):
        if len(by_japanese) > 1:
            said = "; ".join(f"{ja!r} in {', '.join(a)}" for ja, a in sorted(by_japanese.items()))
            apps = [app for group in by_japanese.values() for app in group]
            faults.append(
                f"{apps[0]}: {msgid!r} is translated in {len(by_japanese)} ways ({said}): "
                "agree on one, or give one of them a context (pgettext)"
            )
    return faults


def split_terms(cell: str) -> list[str]:
    return [term.strip() for term in cell.split(";") if term.strip()]


def bare(term: str) -> str:
    return BRACKETED.sub("", term).strip()


def read_glossary(text: str) -> tuple[dict[str, str], list[str]]:
    """English term (lower case) -> Japanese; and what is wrong with the table itself."""
    words: dict[str, str] = {}
    faults: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 2 or set(cells[0]) <= set("-: "):
            continue
        if cells[1].lower() == "japanese":
            continue
        english, japanese = split_terms(cells[0]), split_terms(cells[1])
        if len(english) != len(japanese):
            faults.append(
                f"GLOSSARY.md: {cells[0]!r} has {len(english)} terms, its Japanese has "
                f"{len(japanese)}: write one for each, separated by semicolons"
            )
            continue
        for term, word in zip(english, japanese, strict=True):
            known = words.setdefault(bare(term).lower(), word)
            if bare(known) != bare(word):
                faults.append(f"GLOSSARY.md: {term!r} is both {known!r} and {word!r}: keep one")
    return words, faults


def glossary_faults(entries: Iterable[Entry], words: dict[str, str]) -> list[str]:
    """A string that is a glossary term, also in the plural, says the glossary's word."""
    faults = []
    for entry in entries:
        english = entry.msgid.strip().lower()
        singular = f"{english[:-3]}y" if english.endswith("ies") else english.removesuffix("s")
        word = words.get(english) or words.get(singular)
        if not word or entry.context or not entry.japanese:
            continue
        if entry.japanese not in {word, bare(word)}:
            faults.append(
                f"{entry.app}: {entry.msgid!r} is {word!r} in GLOSSARY.md, not "
                f"{entry.japanese!r}: use that word, or give the string a context (pgettext)"
            )
    return faults
