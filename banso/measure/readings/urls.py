from __future__ import annotations

from django.urls import path

from banso.measure.readings import views

app_name = "readings"
urlpatterns = [
    path("customers/<int:pk>/", views.account_metrics, name="account_metrics"),
    path("customers/<int:pk>/weeks.csv", views.account_weeks, name="account_weeks"),
    path("export/", views.values_export, name="values_export"),
    path("export/values.<slug:form>", views.values_file, name="values_file"),
    path("segments/<slug:key>/", views.metric_segments, name="metric_segments"),
]
