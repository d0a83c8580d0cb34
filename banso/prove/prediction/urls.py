from __future__ import annotations

from django.urls import path

from banso.prove.prediction import views

app_name = "prediction"
urlpatterns = [
    path("", views.score_check, name="score_check"),
    path("decisions/", views.score_decisions, name="score_decisions"),
    path("recompute/", views.score_recompute, name="score_recompute"),
    path("weights/", views.score_weights, name="score_weights"),
    path("alternatives/", views.alternative_list, name="alternative_list"),
    path("alternatives/new/", views.alternative_new, name="alternative_new"),
    path("alternatives/<int:pk>/", views.alternative_detail, name="alternative_detail"),
    path("alternatives/<int:pk>/compare/", views.alternative_compare, name="alternative_compare"),
    path("alternatives/<int:pk>/take/", views.alternative_take, name="alternative_take"),
    path("alternatives/<int:pk>/remove/", views.alternative_remove, name="alternative_remove"),
    path("versions/<int:pk>/again/", views.model_again, name="model_again"),
]
