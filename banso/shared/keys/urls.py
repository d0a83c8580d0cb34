from __future__ import annotations

from django.urls import path

from banso.shared.keys import views

app_name = "keys"
urlpatterns = [
    path("", views.key_list, name="key_list"),
    path("<int:pk>/revoke/", views.key_revoke, name="key_revoke"),
]
