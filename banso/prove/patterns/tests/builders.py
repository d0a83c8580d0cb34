from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from django.urls import reverse

from banso.prove.patterns.models import Pattern
from banso.prove.patterns.rules import Standing
from banso.prove.patterns.sources import PatternSource, Run, Told, pattern_sources
from banso.prove.patterns.writes import write_pattern
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user


def a_pattern(*, by: User | None = None, **words: Any) -> Pattern:
    said = {
        "name": "最初の日報を一緒に書く",
        "occasion": "onboarding",
        "in_whom": "契約から2週間、まだ日報の共有がない顧客",
        "what_to_do": "30分の打ち合わせで、最初の日報を担当者と一緒に書く。",
        "content": "https://example.jp/first-report",
    } | words
    return write_pattern(by=by or a_user(role="csm"), **said)


def page(client: Client, name: str, *args: Any, role: str = "manager", **query: str) -> str:
    client.force_login(a_user(role=role))
    return client.get(reverse(f"patterns:{name}", args=args), query).content.decode()


class AStage:
    """What a later stage would fill in: plays that stand somewhere and were run."""

    def __init__(self) -> None:
        self.standing = Standing()
        self.runs: list[Run] = []

    @contextmanager
    def filled(self, *, evidence: bool = True) -> Iterator[AStage]:
        source = PatternSource(
            "Plays",
            lambda: [("1", "Kick-off play")],
            lambda reference: Told("Kick-off play", "/plays/1/") if reference == "1" else None,
            (lambda _reference: self.standing) if evidence else None,
            lambda _reference: self.runs,
        )
        pattern_sources.fill("plays", source, order=900)
        try:
            yield self
        finally:
            pattern_sources._fillings.pop("plays")
