from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404

from banso.listen.earlier.meaning.columns import Column, Columns
from banso.listen.earlier.meaning.guess import Seen
from banso.listen.earlier.meaning.wording import as_questions, wording
from banso.listen.earlier.models import Aside, EarlierRun
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Survey, Wave
from banso.listen.surveys.reads import definition_of, newest_version

PER_PAGE = 50


def run_for(pk: int) -> EarlierRun:
    """One run with its file and its starter, or a 404."""
    found = EarlierRun.objects.select_related("upload", "by", "survey", "wave__version")
    return get_object_or_404(found, pk=pk)


def runs_page(number: str) -> Page[EarlierRun]:
    """The runs, newest first, without the long columns that a list does not show."""
    runs = EarlierRun.objects.select_related("upload", "by", "survey", "wave")
    runs = runs.defer("mapping", "preview", "seen").order_by("-created_at", "-pk")
    return Paginator(runs, PER_PAGE).get_page(number)


def runs_of_file(run: EarlierRun) -> QuerySet[EarlierRun]:
    """The same file brought in before and still in."""
    same = EarlierRun.objects.filter(upload__sha256=run.upload.sha256, state="done")
    return same.exclude(pk=run.pk).select_related("wave")


def surveys_to_fill() -> list[Survey]:
    """The surveys whose questions a file can fill."""
    return list(Survey.objects.filter(archived_at=None).order_by("name", "pk"))


def waves_to_correct(survey: int) -> list[Wave]:
    """The waves of a survey that came by file."""
    from_files = EarlierRun.objects.filter(wave__survey=survey, state="done").values("wave")
    return list(Wave.objects.filter(pk__in=from_files).order_by("-opens_on", "pk"))


def columns_of_wave(wave: int) -> dict[str, Column]:
    """How the file that made a wave was read, by the name of the column."""
    run = EarlierRun.objects.filter(wave=wave, made_wave=True).first()
    return as_questions(Columns.from_json(run.mapping).columns) if run else {}


def target_of(mapping: Columns) -> Definition | None:
    """The questions to fill, None for those of a new survey; of a wave its own wording."""
    if mapping.wave:
        wave = Wave.objects.select_related("version").filter(pk=mapping.wave).first()
        if wave is not None:
            return definition_of(wave.version)
    survey = Survey.objects.filter(pk=mapping.survey).first() if mapping.survey else None
    return definition_of(newest_version(survey)) if survey else None


def definition_for(mapping: Columns, seen: Sequence[Seen]) -> Definition:
    """What the answers of the file are answers to."""
    return target_of(mapping) or wording(mapping, seen)


@dataclass(frozen=True)
class Unknown:
    """Somebody of a file whom nobody knows, and how many answers are theirs."""

    account_text: str
    people_texts: list[str]
    answers: int

    @property
    def text(self) -> str:
        return self.account_text or ", ".join(self.people_texts)


def unknown_accounts(most: int = 200) -> list[Unknown]:
    """Customers of the answers that wait, those of most answers first."""
    rows = Aside.objects.filter(response=None).exclude(account_text="").values("account_text")
    found = rows.annotate(n=Count("pk")).order_by("-n", "account_text")[:most]
    return [Unknown(row["account_text"], [], row["n"]) for row in found]


def unknown_people(most: int = 200) -> list[Aside]:
    """Answers whose customer is known and whose person is not, and those of nobody's person."""
    named = Aside.objects.filter(response__isnull=False) | Aside.objects.filter(account_text="")
    found = named.select_related("response__account", "wave__survey")
    return list(found.order_by("-wave__opens_on", "response__account__name", "pk")[:most])


def asides_count() -> int:
    return Aside.objects.count()
