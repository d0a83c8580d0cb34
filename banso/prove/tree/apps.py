from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TreeConfig(AppConfig):
    name = "banso.prove.tree"
    label = "tree"

    def ready(self) -> None:
        from banso.prove.tree.api import router
        from banso.shared.rest.slots import routers

        routers.fill("trees", router, order=92)
        from banso.prove.tree import jobs, reactions, starting  # noqa: F401
        from banso.prove.tree.goals import fill_built_in
        from banso.shared.slots import NavItem, nav

        fill_built_in()
        starting.fill_built_in()
        nav.fill("tree", NavItem(_("KPI tree"), "tree:tree_list", "sitemap"), order=72)
