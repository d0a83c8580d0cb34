from __future__ import annotations

from django.urls import path

from banso.prove.contrasts import views

app_name = "contrasts"
urlpatterns = [
    path("", views.contrast_list, name="contrast_list"),
    path("pairs/", views.register_pair, name="register_pair"),
    path("pairs/<int:pk>/retire/", views.retire_pair, name="retire_pair"),
    path("<int:wave>/judge/", views.judge_now, name="judge_now"),
    path("<int:wave>/<slug:key>/", views.contrast_detail, name="contrast_detail"),
    path("<int:wave>/<slug:key>/people/", views.contrast_step, name="contrast_step"),
]
