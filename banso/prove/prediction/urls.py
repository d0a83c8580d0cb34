from __future__ import annotations

from django.urls import path

from banso.prove.prediction import views

app_name = "prediction"
urlpatterns = [
    path("", views.score_check, name="score_check"),
    path("recompute/", views.score_recompute, name="score_recompute"),
    path("weights/", views.score_weights, name="score_weights"),
]
