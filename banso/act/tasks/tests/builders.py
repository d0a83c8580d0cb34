from __future__ import annotations

from typing import Any

from banso.act.tasks.models import Task
from banso.shared import clock


def a_task(**fields: Any) -> Task:
    return Task.objects.create(**{"title": "更新の相談をする", "created_at": clock.now()} | fields)
