from __future__ import annotations

from django.urls import path

from banso.measure.metrics import views

app_name = "metrics"
urlpatterns = [
    path("", views.metric_list, name="metric_list"),
    path("new/", views.metric_new, name="metric_new"),
    path("preview/<slug:shape_key>/", views.metric_preview, name="metric_preview"),
    path("conditions/<slug:shape_key>/", views.metric_condition, name="metric_condition"),
    path("<slug:key>/", views.metric_detail, name="metric_detail"),
    path("<slug:key>/edit/", views.metric_edit, name="metric_edit"),
    path("<slug:key>/retire/", views.metric_retire, name="metric_retire"),
    path("<slug:key>/progress/", views.metric_progress, name="metric_progress"),
    path("<slug:key>/values.csv", views.metric_export, name="metric_export"),
]
