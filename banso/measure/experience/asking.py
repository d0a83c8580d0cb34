"""What a page of experience was asked for: which wave, and whose answers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from banso.listen.surveys.models import Wave
from banso.measure.experience.answers import answers_of, version
from banso.measure.experience.reads import wave_asked, waves
from banso.measure.experience.segments import SegmentField, segment_fields


@dataclass(frozen=True)
class Asked:
    """A wave, and the groups of customers to which its answers are narrowed ({field: group})."""

    wave: Wave
    waves: Sequence[Wave]
    only: Mapping[str, str]
    asof: Hashable

    @cached_property
    def tied(self) -> bool:
        """Whether it is known of which customers the answers are: not of an anonymous wave, and
        not where all came by the public link.
        """
        return answers_of(self.wave, self.asof).tied

    @cached_property
    def fields(self) -> dict[str, SegmentField]:
        return segment_fields(self.wave.opens_on) if self.tied else {}

    @property
    def newer(self) -> Wave | None:
        """An asking that has begun since, and whose answers are still coming."""
        newest = self.waves[0]
        is_open = newest.opened_at is not None and newest.closed_at is None
        return newest if is_open and newest != self.wave else None

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """The groups in words, each as (field, group)."""
        fields = self.fields
        return [
            (str(fields[key].label), fields[key].name(group)) for key, group in self.only.items()
        ]

    def query(self, **more: str) -> str:
        pairs = [("wave", str(self.wave.pk))]
        pairs += [("only", f"{key}:{group}") for key, group in self.only.items()]
        return urlencode([*pairs, *more.items()])

    def link(self, page: str, **more: str) -> str:
        return f"{reverse(f'experience:{page}')}?{self.query(**more)}"

    def narrow(self, key: str, group: str) -> str:
        """The result of one group of this wave."""
        pairs = [("wave", str(self.wave.pk)), ("only", f"{key}:{group}")]
        return f"{reverse('experience:experience_result')}?{urlencode(pairs)}"


def asked(request: HttpRequest) -> Asked | None:
    """None while nobody has answered anything; 404 for a wave or a field that is not there."""
    found = waves()
    wave = wave_asked(found, request.GET.get("wave", ""))
    if wave is None:
        return None
    pairs = (one.partition(":") for one in request.GET.getlist("only"))
    only = {key: group for key, _colon, group in pairs}
    if only and (wave.is_anonymous or not only.keys() <= segment_fields(wave.opens_on).keys()):
        raise Http404
    return Asked(wave, found, only, version(wave))
