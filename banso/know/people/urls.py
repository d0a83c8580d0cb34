from __future__ import annotations

from django.urls import path

from banso.know.people import views

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="person_list"),
    path("options/", views.person_options, name="person_options"),
    path("add/<int:account_pk>/", views.person_add, name="person_add"),
    path("link/<int:account_pk>/", views.person_link, name="person_link"),
    path("<int:pk>/", views.person_detail, name="person_detail"),
    path("<int:pk>/edit/", views.person_edit, name="person_edit"),
    path("places/<int:pk>/edit/", views.place_edit, name="place_edit"),
    path("places/<int:pk>/remove/", views.place_remove, name="place_remove"),
]
