from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.prove.hypotheses.models import Direction

DEEPEST, MOST_NODES = 5, 60


class EdgeState(models.TextChoices):
    """What is known of the line from a node to the one above it."""

    UNTESTED = "untested", _("Being tested")
    SUPPORTED = "supported", _("Holds")
    UNKNOWN = "unknown", _("Not enough data yet")
    REFUTED = "refuted", _("Does not hold")
    LEAK = "leak", _("Suspicious")
    NO_TEST = "no_test", _("Cannot be tested")


class Tree(models.Model):
    """An outcome over KPIs over sub-KPIs. ``tested_on``: the last day of the data of the tests."""

    name = models.CharField(_("Name"), max_length=120)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    tested_at = models.DateTimeField(null=True)
    tested_on = models.DateField(null=True)
    data_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """A metric or a goal in a tree.

    ``direction``: a higher value goes with more, or with less, of the node above. ``state`` and
    ``evidence`` are about the line to it; ``standing``: the actual and where it is going.
    ``is_kpi`` is set by ``reads.nodes_of``: it looks at all lines up to the top.
    """

    is_kpi = False

    tree = models.ForeignKey(Tree, models.CASCADE, related_name="nodes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    metric = models.ForeignKey(
        "metrics.MetricDefinition", models.PROTECT, null=True, related_name="+"
    )
    goal = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.MORE)
    position = models.PositiveIntegerField(default=0)
    target = models.FloatField(null=True)
    target_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=EdgeState.choices, default=EdgeState.UNTESTED)
    evidence = models.JSONField(default=dict)
    standing = models.JSONField(default=dict)

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(metric=None) ^ models.Q(goal=""), name="node_is_metric_or_goal"
            ),
            models.UniqueConstraint(
                fields=["tree"], condition=models.Q(parent=None), name="one_root_per_tree"
            ),
        ]

    def __str__(self) -> str:
        return self.metric.name if self.metric else self.goal

    @property
    def holds(self) -> bool:
        """Whether the line to the node above holds."""
        return self.state == EdgeState.SUPPORTED

    @property
    def is_root(self) -> bool:
        return self.parent_id is None
