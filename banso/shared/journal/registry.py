"""Who wants to know what, and what can be asked for: names -> functions, filled in ``ready``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from banso.shared.journal.models import Entry

Reaction = Callable[[Entry], None]
Work = Callable[..., None]

# Each lane has its own thread of a worker, so that an import of minutes delays nobody else.
PROMPT, IMPORTS, LONG, MAIL = "prompt", "imports", "long", "mail"
LANES = (PROMPT, IMPORTS, LONG, MAIL)

_reactions: dict[str, dict[str, Reaction]] = {}
_jobs: dict[str, Work] = {}
_lanes: dict[str, str] = {}
_followers: dict[str, list[str]] = {}


@dataclass(frozen=True)
class Schedule:
    name: str
    every: timedelta


_schedules: dict[str, Schedule] = {}


def on(kind: str) -> Callable[[Reaction], Reaction]:
    """Owe one call of the decorated function for every entry of this kind."""

    def register(function: Reaction) -> Reaction:
        _reactions.setdefault(kind, {})[f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return register


def job(name: str, *, every: timedelta | None = None, lane: str = PROMPT) -> Callable[[Work], Work]:
    """Name a function that can be enqueued with JSON arguments; ``every`` also schedules it.

    What may take longer than a few seconds has a lane of its own kind.
    """

    def register(function: Work) -> Work:
        if name in _jobs and _jobs[name] is not function:
            raise ValueError(f"job {name!r} is defined twice: give one of them another name")
        _jobs[name] = function
        if lane != PROMPT:
            _lanes[name] = lane
        if every:
            _schedules[name] = Schedule(name, every)
        return function

    return register


def reactions_to(kind: str) -> dict[str, Reaction]:
    return _reactions.get(kind, {})


def work_named(name: str, entry: Entry | None) -> Callable[[dict[str, Any]], None]:
    """The call that pays a job; KeyError when no installed app knows the name any more."""
    if entry is not None:
        reaction = _reactions[entry.kind][name]
        return lambda _args: reaction(entry)
    function = _jobs[name]
    return lambda args: function(**args)


def schedules() -> list[Schedule]:
    return list(_schedules.values())


def jobs_of_lane(lane: str) -> list[str]:
    """The jobs of a lane that is not the prompt one, where everything else runs."""
    return [name for name, kept in _lanes.items() if kept == lane]


def jobs_of_other_lanes() -> list[str]:
    """The jobs that the prompt lane leaves alone."""
    return list(_lanes)


def follow(topic: str, *, by: str) -> None:
    """Owe the job ``by`` whenever accounts change in what the topic names."""
    if by not in _followers.setdefault(topic, []):
        _followers[topic].append(by)


def followers_of(topic: str) -> list[str]:
    return _followers.get(topic, [])
