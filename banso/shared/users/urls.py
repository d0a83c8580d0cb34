from __future__ import annotations

from django.urls import path

from banso.shared.users import views

app_name = "users"
urlpatterns = [
    path("users/", views.user_list, name="user_list"),
    path("users/new/", views.user_new, name="user_new"),
    path("users/<int:pk>/", views.user_edit, name="user_edit"),
    path("users/<int:pk>/active/", views.user_active, name="user_active"),
    path("organisation/", views.organisation, name="organisation"),
]
