from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.rules import whole_number
from banso.prove.tree.forms import AddForm, ChangeForm, MoveForm, NewTreeForm
from banso.prove.tree.models import Node, Tree
from banso.prove.tree.presenting import (
    card_of,
    changes_told,
    csv_header,
    csv_rows,
    lines_of,
    step_of,
)
from banso.prove.tree.reads import changes_of, is_owed, nodes_of, trees
from banso.prove.tree.starting import left_out, sketched
from banso.prove.tree.svg import picture
from banso.prove.tree.wording import headline
from banso.prove.tree.writes import (
    TooMuch,
    add_node,
    change_node,
    create_tree,
    move_node,
    remove_node,
    remove_tree,
)
from banso.shared.spreadsheets import attachment, csv_response
from banso.shared.users.reads import allowed, signed_in


@require_http_methods(["GET", "POST"])
def tree_list(request: HttpRequest) -> HttpResponse:
    """What leads to what we want?"""
    form = NewTreeForm(request.POST or None)
    if request.method == "POST":
        user = allowed(request, "define")
        if form.is_valid():
            given = form.cleaned_data
            sketches = sketched(given["start"], goal=given["goal"])
            tree = create_tree(by=user, name=given["name"], goal=given["goal"], sketches=sketches)
            for sentence in left_out(given["start"], sketches):
                messages.warning(request, str(sentence))
            return redirect("tree:tree_detail", tree.pk)
    context = {
        "trees": list(trees()),
        "form": form,
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "tree/tree_list.html", context)


@require_GET
def tree_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Which lines of the tree hold?"""
    tree, owed = get_object_or_404(Tree, pk=pk), is_owed()
    if request.headers.get("HX-Request"):
        response = render(request, "tree/tree_detail.html#progress", {"owed": owed, "tree": tree})
        if not owed:
            response["HX-Refresh"] = "true"
        return response
    nodes = nodes_of(tree)
    chosen = _chosen(request, nodes)
    if request.GET.get("format") == "csv":
        return csv_response(f"{tree.name}.csv", csv_header(), csv_rows(nodes))
    if request.GET.get("format") == "svg":
        file = HttpResponse(picture(nodes), content_type="image/svg+xml")
        file["Content-Disposition"] = attachment(f"{tree.name}.svg")
        return file
    page = reverse("tree:tree_detail", args=[pk])
    context: dict[str, Any] = {
        "tree": tree,
        "owed": owed,
        "answer": headline(nodes),
        "svg": picture(
            nodes, chosen=chosen.pk if chosen else None, href=lambda n: f"{page}?node={n.pk}#card"
        ),
        "lines": lines_of(nodes),
        "chosen": chosen,
        "card": card_of(chosen, nodes) if chosen else None,
        "changes": changes_told(changes_of(tree)),
        "may_define": signed_in(request).may("define"),
    }
    if chosen and context["may_define"]:
        context |= {
            "add_form": AddForm(auto_id="add-%s"),
            "change_form": ChangeForm(node=chosen, auto_id="change-%s"),
            "move_form": MoveForm(
                tree=tree, initial={"under": chosen.parent_id}, auto_id="move-%s"
            ),
        }
    return render(request, "tree/tree_detail.html", context)


def _chosen(request: HttpRequest, nodes: list[Node]) -> Node | None:
    asked = whole_number(request.GET.get("node", ""))
    return next((node for node in nodes if node.pk == asked), None)


@require_POST
def hang_below(request: HttpRequest, pk: int) -> HttpResponse:
    user, under = allowed(request, "define"), get_object_or_404(Node, pk=pk)
    form = AddForm(request.POST)
    if not form.is_valid():
        return _refused(request, under, form.errors)
    try:
        node = add_node(by=user, under=under, **form.node())
    except TooMuch:
        return _refused(request, under, {})
    return _back(under.tree_id, node.pk)


@require_POST
def edit_node(request: HttpRequest, pk: int) -> HttpResponse:
    user, node = allowed(request, "define"), get_object_or_404(Node, pk=pk)
    form = ChangeForm(request.POST, node=node)
    if not form.is_valid():
        return _refused(request, node, form.errors)
    change_node(by=user, node=node, **{"direction": node.direction} | form.cleaned_data)
    return _back(node.tree_id, node.pk)


@require_POST
def shift_node(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang a node under another, or move it a step."""
    user, node = allowed(request, "define"), get_object_or_404(Node, pk=pk)
    form = MoveForm(request.POST, tree=node.tree)
    if not form.is_valid():
        return _refused(request, node, form.errors)
    under, step = form.cleaned_data["under"], form.cleaned_data["step"]
    place = step_of(node, step) if step else (under, 1000)
    try:
        if place is not None and place[0] is not None:
            move_node(by=user, node=node, under=place[0], position=place[1])
    except TooMuch:
        return _refused(request, node, {})
    return _back(node.tree_id, node.pk)


@require_POST
def drop_node(request: HttpRequest, pk: int) -> HttpResponse:
    user, node = allowed(request, "define"), get_object_or_404(Node, pk=pk)
    above = node.parent_id
    try:
        remove_node(by=user, node=node)
    except TooMuch:
        return _refused(request, node, {})
    return _back(node.tree_id, above)


@require_POST
def drop_tree(request: HttpRequest, pk: int) -> HttpResponse:
    user, tree = allowed(request, "define"), get_object_or_404(Tree, pk=pk)
    remove_tree(by=user, tree=tree)
    messages.success(request, _("“%(name)s” was removed.") % {"name": tree.name})
    return redirect("tree:tree_list")


def _back(tree: int, node: int | None) -> HttpResponse:
    chosen = f"?node={node}#card" if node else ""
    return redirect(reverse("tree:tree_detail", args=[tree]) + chosen)


def _refused(request: HttpRequest, node: Node, errors: dict[str, Any]) -> HttpResponse:
    text = " ".join(str(error) for found in errors.values() for error in found)
    too_much = _("It cannot hang there: a tree has at most five levels and 60 nodes, one on top.")
    messages.error(request, text or too_much)
    return _back(node.tree_id, node.pk)
