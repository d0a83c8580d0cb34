"""Foreign keys named by strings are invisible to import-linter; this is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model

from tests_tree.source import listed


def relations() -> Iterator[tuple[type[Model], Any, type[Model]]]:
    for model in apps.get_models(include_auto_created=False):
        for field in model._meta.get_fields():
            target = field.related_model
            if not isinstance(field, Field) or not isinstance(target, type):
                continue
            if model.__module__.startswith("banso.") and target.__module__.startswith("banso."):
                yield model, field, target


def stage(model: type[Model]) -> int:
    return list(settings.STAGES).index(model.__module__.split(".")[1])


def test_relations_point_back_along_the_loop() -> None:
    faults = [
        f"{model._meta.label}.{field.name} points forward to {target._meta.label}"
        for model, field, target in relations()
        if stage(target) > stage(model)
    ]
    assert not faults, listed(faults, "keep the key in the later stage, or record in the journal.")


def test_a_relation_to_another_app_has_no_way_back() -> None:
    faults = [
        f"{model._meta.label}.{field.name} → {target._meta.label}"
        for model, field, target in relations()
        if target._meta.app_label != model._meta.app_label and not field.remote_field.hidden
    ]
    assert not faults, listed(faults, 'add related_name="+": later stages must not be reachable.')
