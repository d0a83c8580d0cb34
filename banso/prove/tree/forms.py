from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.models import Unit
from banso.prove.hypotheses.models import Direction
from banso.prove.tree.goals import known_goals
from banso.prove.tree.models import Node, Tree
from banso.prove.tree.reads import metrics_in_use
from banso.prove.tree.starting import starts
from banso.prove.tree.wording import name_of, unit_of

WAYS = ((Direction.MORE, _("the higher, the higher")), (Direction.LESS, _("the higher, the lower")))
PERCENT = (Unit.SHARE, Unit.CHANGE)


class NewTreeForm(forms.Form):
    """A tree's name, its goal, and what it begins with."""

    name = forms.CharField(label=_("Name"), max_length=120)
    goal = forms.ChoiceField(label=_("What stands on top?"))
    start = forms.ChoiceField(label=_("Begin"), choices=starts)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["goal"].choices = [  # type: ignore[attr-defined]
            (key, goal.name) for key, goal in known_goals().items()
        ]


class AddForm(forms.Form):
    """What hangs under a node, and which way it goes with it."""

    what = forms.ChoiceField(label=_("Metric or outcome"))
    direction = forms.ChoiceField(label=_("How it goes with the node above"), choices=WAYS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.metrics = {f"metric:{m.pk}": m for m in metrics_in_use()}
        self.goals = {f"goal:{key}": key for key in known_goals()}
        named = [(f"goal:{key}", goal.name) for key, goal in known_goals().items()]
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            (_("Metrics"), [(key, metric.name) for key, metric in self.metrics.items()]),
            (_("Outcomes"), named),
        ]

    def node(self) -> dict[str, Any]:
        """What to hang there, of a valid form."""
        what = self.cleaned_data["what"]
        return {
            "metric": self.metrics.get(what),
            "goal": self.goals.get(what, ""),
            "direction": self.cleaned_data["direction"],
        }


class ChangeForm(forms.Form):
    """Which way a node goes with the one above, and its target."""

    direction = forms.ChoiceField(label=_("How it goes with the node above"), choices=WAYS)
    target = forms.FloatField(label=_("Target"), required=False)
    target_on = forms.DateField(
        label=_("By when"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None = None, *, node: Node, auto_id: str = "id_%s"
    ) -> None:
        self.percent = unit_of(node) in PERCENT
        target = node.target
        if target is not None and self.percent:
            target = round(100 * target, 6)
        given = {"direction": node.direction, "target": target, "target_on": node.target_on}
        super().__init__(data, initial=given, auto_id=auto_id)
        if self.percent:
            self.fields["target"].label = _("Target in percent")
        if node.is_root:
            del self.fields["direction"]

    def clean_target(self) -> float | None:
        target: float | None = self.cleaned_data["target"]
        return target / 100 if target is not None and self.percent else target


class MoveForm(forms.Form):
    """Where a node hangs: under another one, or a step up, down, in or out."""

    under = forms.ModelChoiceField(Node.objects.none(), label=_("Hang it under"), required=False)
    step = forms.ChoiceField(
        choices=[(step, step) for step in ("up", "down", "in", "out")], required=False
    )

    def __init__(self, *args: Any, tree: Tree, **options: Any) -> None:
        super().__init__(*args, **options)
        under = self.fields["under"]
        under.queryset = tree.nodes.select_related("metric")  # type: ignore[attr-defined]
        under.label_from_instance = name_of  # type: ignore[attr-defined]
