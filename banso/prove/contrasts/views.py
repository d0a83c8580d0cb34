from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.listen.surveys.models import Survey
from banso.measure.experience.reads import wave_asked, waves
from banso.prove.contrasts.forms import PairForm
from banso.prove.contrasts.jobs import judge
from banso.prove.contrasts.models import Pair
from banso.prove.contrasts.pages import (
    detail_context,
    list_context,
    people_lines,
    step_context,
    step_rows,
)
from banso.prove.contrasts.presenting import card_of, cards_of, csv_header, csv_rows
from banso.prove.contrasts.reads import (
    chain_broken_at,
    question_named,
    questions_of,
    rounds_of,
    verdicts_of,
    wave_named,
)
from banso.prove.contrasts.writes import register_pair as keep_pair
from banso.prove.contrasts.writes import retire_pair as give_up
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in

ON_A_PAGE = 25


@require_GET
def contrast_list(request: HttpRequest) -> HttpResponseBase:
    """What goes with what, in one asking?"""
    found = waves()
    wave = wave_asked(found, request.GET.get("wave", ""))
    context = {"waves": found, "wave": wave, "may_define": signed_in(request).may("define")}
    if wave is None:
        any_survey = Survey.objects.exists()
        return render(request, "contrasts/contrast_list.html", context | {"any": any_survey})
    latest = rounds_of(wave).first()
    cards = cards_of(wave, questions_of(wave), verdicts_of(latest)) if latest else []
    if request.GET.get("format") == "csv":
        return csv_response(f"{_('Pairs')}.csv", csv_header(), csv_rows(cards))
    context |= list_context(wave, latest, cards)
    return render(request, "contrasts/contrast_list.html", context)


@require_GET
def contrast_detail(request: HttpRequest, wave: int, key: str) -> HttpResponseBase:
    """What does one pair say, how sure is that, and what did it say before?"""
    asking = wave_named(wave)
    question = question_named(asking, key)
    latest = rounds_of(asking).first()
    mine = [one for one in verdicts_of(latest) if one.pair_key == key] if latest else []
    if not mine:
        raise Http404
    card = card_of(asking, question, mine)
    if request.GET.get("format") == "csv":
        return csv_response(f"{card.name}.csv", csv_header(), csv_rows([card]))
    context = detail_context(asking, question, card)
    return render(request, "contrasts/contrast_detail.html", context)


@require_GET
def contrast_step(request: HttpRequest, wave: int, key: str) -> HttpResponseBase:
    """Whom can we ask, and what did they write?"""
    asking = wave_named(wave)
    question = question_named(asking, key)
    latest = rounds_of(asking).first()
    mine = [one for one in verdicts_of(latest) if one.pair_key == key] if latest else []
    if not mine:
        raise Http404
    card = card_of(asking, question, mine)
    rows, context = step_context(asking, question, card)
    if request.GET.get("format") == "csv":
        return csv_response(f"{card.step_name}.csv", *step_rows(asking, rows))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "lines": people_lines(asking, page)}
    return render(request, "contrasts/contrast_step.html", context)


@require_http_methods(["GET", "POST"])
def register_pair(request: HttpRequest) -> HttpResponse:
    """Which two groups should be compared?"""
    user = allowed(request, "define")
    form = PairForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        keep_pair(
            by=user, survey=given["survey"], name=given["name"], one=form.side("one"),
            other=form.side("other"),
        )  # fmt: skip
        messages.success(request, _("Registered. It cannot be changed any more."))
        return redirect("contrasts:register_pair")
    pairs = Pair.objects.select_related("by", "survey").order_by("-number")
    context = {"form": form, "pairs": pairs, "broken_at": chain_broken_at()}
    return render(request, "contrasts/register_pair.html", context)


@require_POST
def retire_pair(request: HttpRequest, pk: int) -> HttpResponse:
    pair: Pair = get_object_or_404(Pair, pk=pk)
    give_up(by=allowed(request, "define"), pair=pair)
    messages.success(request, _("It is not asked any more; what it said stays."))
    return redirect("contrasts:register_pair")


@require_POST
def judge_now(request: HttpRequest, wave: int) -> HttpResponse:
    asking = wave_named(wave)
    allowed(request, "change_own")
    if judge(asking) is None:
        messages.info(request, _("No answer tells yet where it stands in the experience tree."))
    response: HttpResponse = redirect("contrasts:contrast_list")
    response["Location"] += f"?wave={asking.pk}"
    return response
