from __future__ import annotations

from django.urls import path

from banso.prove.studies import views

app_name = "studies"
urlpatterns = [
    path("", views.evidence_list, name="evidence_list"),
    path("recompute/", views.evidence_recompute, name="evidence_recompute"),
    path("order/", views.metric_order, name="metric_order"),
    path("metrics/<slug:key>/", views.metric_evidence, name="metric_evidence"),
    path("<int:pk>/", views.evidence_finding, name="evidence_finding"),
]
