from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "banso.measure.metrics"
    label = "metrics"

    def ready(self) -> None:
        from banso.know.accounts.columns import account_columns, more_account_columns
        from banso.know.success.slots import step_measures
        from banso.measure.metrics import jobs, reactions  # noqa: F401
        from banso.measure.metrics.account_columns import last_event, metric_columns
        from banso.measure.metrics.panels import usage
        from banso.measure.metrics.success_steps import METRICS
        from banso.shared.slots import NavItem, Panel, account_panels, nav

        nav.fill("metrics", NavItem(_("Metrics"), "metrics:metric_list", "chart-dots"), order=60)
        account_panels.fill("usage", Panel(_("Usage"), usage), order=40)
        step_measures.fill("metrics", METRICS, order=10)
        account_columns.fill("last_event", last_event(), order=50)
        more_account_columns.fill("metrics", metric_columns, order=40)
