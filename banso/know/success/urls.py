from __future__ import annotations

from django.urls import path

from banso.know.success import views

app_name = "success"
urlpatterns = [
    path("", views.success_list, name="success_list"),
    path("new/", views.success_new, name="success_new"),
    path("<int:pk>/", views.success_detail, name="success_detail"),
    path("<int:pk>/edit/", views.success_edit, name="success_edit"),
    path("<int:pk>/end/", views.success_end, name="success_end"),
]
