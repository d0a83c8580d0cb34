from __future__ import annotations

from django.urls import path

from banso.prove.effects import views

app_name = "effects"
urlpatterns = [
    path("", views.measure_list, name="measure_list"),
    path("new/", views.measure_new, name="measure_new"),
    path("<int:pk>/", views.measure_detail, name="measure_detail"),
    path("<int:pk>/check/", views.measure_check, name="measure_check"),
    path("<int:pk>/recompute/", views.measure_recompute, name="measure_recompute"),
    path("<int:pk>/remove/", views.measure_remove, name="measure_remove"),
    path("<int:pk>/customers/", views.measure_customers, name="measure_customers"),
]
