"""The years as sentences, rows and pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.experience.presenting import cell
from banso.measure.experience.svg import FONT, INK, LINE, SOFT, TEAL
from banso.measure.experience.wording import mark, missing, more_marks, percent, points
from banso.measure.experience.years import Course, OfYear, Step
from banso.prove.engine.answer import Answer, NoAnswer

SURE = 0.05
NAMES: Mapping[str, str | Promise] = {
    "intent": gettext_lazy("Intend to continue"),
    "recommend": gettext_lazy("NPS"),
    "satisfaction": gettext_lazy("Satisfaction (1–5)"),
    "trouble": gettext_lazy("Had trouble"),
    "consulted": gettext_lazy("Consulted us, of those with trouble"),
    "answer": gettext_lazy("Answered as expected or above"),
}
WHY_NOT: Mapping[str, str | Promise] = {
    "not_asked": gettext_lazy("not asked"),
    "other_words": gettext_lazy("asked in other words: not comparable"),
    "other_choices": gettext_lazy("other choices: not comparable"),
    "other_scale": gettext_lazy("another scale: not comparable"),
}
SCALES = {"share": (0.0, 1.0), "score": (-1.0, 1.0), "mean": (1.0, 5.0)}
WIDE, HIGH, LEFT, TOP, BOTTOM = 380, 190, 48, 14, 34
MOST_LETTERS = 12


def level_text(kind: str) -> Callable[[float], str]:
    return {"share": percent, "score": points, "mean": mark}[kind]


def change_text(kind: str) -> Callable[[float], str]:
    return more_marks if kind == "mean" else points


def course_cards(courses: Sequence[Course]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.followed.key,
            "name": NAMES[one.followed.key],
            "picture": picture(one),
            "years": [_year(year, one.followed.kind) for year in reversed(one.years)],
            "steps": [_step(step, one.followed.kind) for step in reversed(one.steps)],
            "answer": sentence(one),
        }
        for one in courses
    ]


def _year(year: OfYear, kind: str) -> dict[str, Any]:
    return {
        "wave": year.wave,
        "cell": cell(year.found, level_text(kind)),
        "why_not": WHY_NOT.get(year.differs, ""),
    }


def _step(step: Step, kind: str) -> dict[str, Any]:
    text = change_text(kind)
    told = {
        "before": step.before.name,
        "after": step.after.name,
        "change": cell(step.change, text),
        "same_mix": cell(step.same_mix, text),
        "matched": cell(step.matched, text),
        "new": cell(step.new, level_text(kind)),
        "is_sure": _is_sure(step.change),
    }
    if isinstance(step.split, NoAnswer):
        return told | {"split_missing": missing(step.split)}
    return told | {
        "composition": text(step.split.composition),
        "within": text(step.split.within),
    }


def _is_sure(found: Answer | NoAnswer) -> bool:
    return isinstance(found, Answer) and found.p is not None and found.p < SURE


def sentence(course: Course) -> str:
    """What the last step says, no more than it can."""
    if not course.steps:
        return _("Only one comparable asking yet: there is nothing to compare.")
    step, text = course.steps[-1], change_text(course.followed.kind)
    if isinstance(step.change, NoAnswer):
        return _("Not enough data yet to compare the last two askings.")
    told = {"change": text(step.change.value), "before": step.before.name, "after": step.after.name}
    if not _is_sure(step.change):
        return _("From %(before)s to %(after)s: %(change)s, no more than chance may bring.") % told
    return _("From %(before)s to %(after)s: %(change)s, more than chance brings.") % told


def picture(course: Course) -> SafeString:
    """The years as dots with their intervals; hollow where they cannot be compared."""
    low, high = SCALES[course.followed.kind]
    text = level_text(course.followed.kind)
    step = (WIDE - LEFT - 20) / max(1, len(course.years))

    def up(value: float) -> float:
        inside = min(high, max(low, value))
        return round(HIGH - BOTTOM - (HIGH - BOTTOM - TOP) * (inside - low) / (high - low), 1)

    lines = format_html_join("", (
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/>'
        '<text x="{}" y="{}" font-size="11" fill="{}" text-anchor="end">{}</text>'
    ), (
        (LEFT, up(v), WIDE - 8, up(v), LINE, LEFT - 6, up(v) + 4, SOFT, text(v))
        for v in (low, (low + high) / 2, high)
    ))  # fmt: skip
    dots = format_html_join(
        "", "{}", ((_dot(one, LEFT + step * (at + 0.5), up, text),)
                   for at, one in enumerate(course.years)),
    )  # fmt: skip
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="img" '
        'aria-label="{label}" font-family="{font}">{lines}{dots}</svg>',
        w=WIDE, h=HIGH, label=_("%(name)s year by year") % {"name": NAMES[course.followed.key]},
        font=FONT, lines=lines, dots=dots,
    )  # fmt: skip


def _dot(
    one: OfYear, x: float, up: Callable[[float], float], text: Callable[[float], str]
) -> SafeString:
    name = one.wave.name
    label = format_html(
        '<text x="{}" y="{}" font-size="11" fill="{}" text-anchor="middle">{}</text>',
        round(x, 1), HIGH - 12, SOFT,
        name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…",
    )  # fmt: skip
    if isinstance(one.found, NoAnswer):
        return label
    return format_html(
        '{label}<line x1="{x}" y1="{a}" x2="{x}" y2="{b}" stroke="{c}" stroke-width="2"{dash}/>'
        '<circle cx="{x}" cy="{y}" r="5" fill="{fill}" stroke="{c}" stroke-width="2"/>'
        '<text x="{tx}" y="{ty}" font-size="12" font-weight="600" fill="{ink}">{value}</text>',
        label=label, x=round(x, 1), a=up(one.found.low), b=up(one.found.high), c=TEAL,
        dash=format_html(' stroke-dasharray="{}"', "3 3") if one.differs else "",
        y=up(one.found.value), fill="#ffffff" if one.differs else TEAL, tx=round(x + 9, 1),
        ty=up(one.found.value) + 4, ink=INK, value=text(one.found.value),
    )  # fmt: skip


def years_csv(courses: Sequence[Course]) -> tuple[list[str], Iterator[list[Any]]]:
    """One line for each figure and year, with the change to the comparable year before."""
    header = [
        _("Figure"), _("Wave"), _("People"), _("Customers"), _("Value"), _("from"), _("to"),
        _("Comparable"), _("Difference"), _("Difference, from"), _("Difference, to"),
        _("Difference, same mix"),
        _("Composition"), _("Within groups"), _("Difference, answered both times"),
    ]  # fmt: skip
    return header, (row for one in courses for row in _csv_rows(one))


def _csv_rows(course: Course) -> Iterator[list[Any]]:
    steps = {step.after.pk: step for step in course.steps}
    for year in course.years:
        found, step = year.found, steps.get(year.wave.pk)
        row: list[Any] = [NAMES[course.followed.key], year.wave.name]
        if isinstance(found, Answer):
            row += [found.n, found.accounts or "", *_limits(found)]
        else:
            row += [""] * 5
        row.append(WHY_NOT.get(year.differs, _("yes")))
        if step is None:
            yield [*row, *[""] * 7]
            continue
        row += [*_limits(step.change), _value(step.same_mix)]
        split = step.split
        terms = () if isinstance(split, NoAnswer) else (split.composition, split.within)
        row += [_round(term) for term in terms] or ["", ""]
        yield [*row, _value(step.matched)]


def _limits(found: Answer | NoAnswer) -> list[Any]:
    if isinstance(found, NoAnswer):
        return [""] * 3
    return [_round(x) for x in (found.value, found.low, found.high)]


def _round(value: float) -> float:
    return round(value, 4)


def _value(found: Answer | NoAnswer) -> float | str:
    return _round(found.value) if isinstance(found, Answer) else ""
