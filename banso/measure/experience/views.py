from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from banso.measure.experience import comparing, following, presenting, quoting
from banso.measure.experience.answers import version
from banso.measure.experience.asking import Asked, asked
from banso.measure.experience.behind import behind, behind_csv, lines_of
from banso.measure.experience.by import side_by_side
from banso.measure.experience.reads import waves
from banso.measure.experience.result import heard_of, result_of
from banso.measure.experience.segments import SIZE
from banso.measure.experience.silent import invited, rates_by, silent_of
from banso.measure.experience.texts import texts_of
from banso.measure.experience.wording import heard
from banso.measure.experience.years import courses
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import signed_in

ON_A_PAGE = 50


@require_GET
def experience_result(request: HttpRequest) -> HttpResponseBase:
    """What do customers experience with us, and what do they intend after it?"""
    signed_in(request)
    question = asked(request)
    if question is None:
        return render(request, "experience/experience_result.html")
    result = result_of(question.wave, question.only, question.asof)
    if request.GET.get("format") == "csv":
        header, rows = presenting.result_csv(result)
        return csv_response(f"{question.wave}.csv", header, rows)
    context = {
        **presenting.drawn(result, question),
        "asked": question,
        "result": result,
        "csv": question.query(format="csv"),
        "by": question.fields.values(),
        "rates": rates_beside(question),
    }
    return render(request, "experience/experience_result.html", context)


def rates_beside(question: Asked) -> list[dict[str, Any]]:
    """Response rates by company size, unless nobody may know who answered."""
    size = question.fields.get(SIZE)
    if size is None:
        return []
    found = {SIZE: rates_by(question.wave, size, question.asof)}
    return comparing.rate_tables(found, question.fields, question)


@require_GET
def branch_customers(request: HttpRequest) -> HttpResponseBase:
    """Which customers, and who there, stand at a branch?"""
    signed_in(request)
    question = asked(request)
    if question is None:
        raise Http404
    if not question.tied:
        return render(request, "experience/branch_customers.html", {"asked": question})
    found = behind(question, request.GET)
    if found is None:
        raise Http404
    if request.GET.get("format") == "csv":
        header, rows = behind_csv(found)
        return csv_response(f"{found.name}.csv", header, rows)
    page = Paginator(found.ids, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": question,
        "found": found,
        "page": page,
        "lines": lines_of(page.object_list),
        "heard": heard(heard_of(question.wave, question.only, question.asof)),
        "query": question.query(),
    }
    return render(request, "experience/branch_customers.html", context)


@require_GET
def experience_by(request: HttpRequest) -> HttpResponseBase:
    """Do customers of different kinds experience something different?"""
    signed_in(request)
    question = asked(request)
    if question is None or not question.tied:
        return render(request, "experience/experience_by.html", {"asked": question})
    fields = question.fields
    field = fields.get(request.GET.get("by", "")) or fields["size"]
    seen = side_by_side(question.wave, field, question.asof)
    if request.GET.get("format") == "csv":
        header, rows = comparing.groups_csv(seen, field)
        return csv_response(f"{question.wave} {field.label}.csv", header, rows)
    context = {
        "asked": question,
        "by": fields.values(),
        "chosen_field": field,
        "seen": seen,
        "answer": comparing.differ_sentence(seen, field),
        "interaction": comparing.interaction_sentence(seen, field),
        "rows": comparing.group_rows(seen, field, question),
        "leaves": comparing.leaf_rows(seen, field),
        "csv": question.query(by=field.key, format="csv"),
        "heard": heard(heard_of(question.wave, {}, question.asof)),
    }
    return render(request, "experience/experience_by.html", context)


@require_GET
def who_answered(request: HttpRequest) -> HttpResponseBase:
    """Who answered, who kept silent, and how much could that change?"""
    signed_in(request)
    question = asked(request)
    if question is None or not question.tied:
        return render(request, "experience/who_answered.html", {"asked": question})
    fields = question.fields
    seen = silent_of(question.wave, fields, question.asof)
    chosen = fields.get(request.GET.get("by", ""))
    rates = dict(seen.by)
    if chosen is not None:
        rates = {chosen.key: rates_by(question.wave, chosen, question.asof)} | rates
    if request.GET.get("format") == "csv":
        header, rows = comparing.rates_csv(rates, fields)
        return csv_response(f"{question.wave}.csv", header, rows)
    threshold = comparing.threshold_asked(request.GET.get("threshold", ""))
    context = {
        "asked": question,
        "by": fields.values(),
        "seen": seen,
        "rates": comparing.rate_tables(rates, fields, question),
        "sides": comparing.side_rows(seen),
        "invited": comparing.invited_sentence(invited(question.wave)),
        "weights": comparing.weights_sentence(seen),
        "post": comparing.post_sentence(seen),
        "limits": comparing.limits_sentence(seen),
        "tipping": comparing.tipping_sentence(seen, threshold),
        "threshold": round(100 * threshold),
        "known": comparing.known_rows(seen, heard_of(question.wave, {}, question.asof).currency),
        "stayed": comparing.stayed_rows(seen),
        "answer": heard(heard_of(question.wave, {}, question.asof)),
        "csv": question.query(format="csv"),
    }
    return render(request, "experience/who_answered.html", context)


@require_GET
def experience_years(request: HttpRequest) -> HttpResponseBase:
    """Does the experience of our customers become better?"""
    signed_in(request)
    found = waves()
    surveys = list({wave.survey_id: wave.survey for wave in found}.values())
    if not surveys:
        return render(request, "experience/experience_years.html")
    chosen = request.GET.get("survey", "")
    survey = next((one for one in surveys if str(one.pk) == chosen), surveys[0])
    everything = chosen == "all"
    mine = [wave for wave in found if everything or wave.survey_id == survey.pk]
    seen = courses(mine, tuple(version(wave) for wave in mine))
    if request.GET.get("format") == "csv":
        header, rows = following.years_csv(seen)
        return csv_response(f"{survey.name}.csv", header, rows)
    context = {
        "survey": survey,
        "surveys": surveys,
        "everything": everything,
        "cards": following.course_cards(seen),
    }
    return render(request, "experience/experience_years.html", context)


@require_GET
def experience_words(request: HttpRequest) -> HttpResponseBase:
    """What do customers write about?"""
    signed_in(request)
    question = asked(request)
    if question is None:
        return render(request, "experience/experience_words.html")
    found = texts_of(question)
    if request.GET.get("format") == "csv":
        header, rows = quoting.words_csv(found, question)
        return csv_response(f"{question.wave}.csv", header, rows)
    context: dict[str, Any] = {
        "asked": question,
        "found": found,
        "themes": quoting.theme_rows(found, question),
        "heard": heard(heard_of(question.wave, question.only, question.asof)),
        "csv": question.query(format="csv"),
    }
    chosen = quoting.chosen_theme(found, request.GET.get("theme", ""))
    if chosen is not None:
        page = quoting.page_of(found.themes[chosen].texts, request.GET.get("page"))
        context |= {"theme": context["themes"][chosen], "page": page}
        context["quotes"] = quoting.quote_rows(list(page), question)
    else:
        context["leaves"] = quoting.leaf_word_rows(found)
        context["lone"] = quoting.quote_rows(found.lone[: quoting.ON_A_PAGE], question)
    return render(request, "experience/experience_words.html", context)
