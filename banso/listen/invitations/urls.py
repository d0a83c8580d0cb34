from __future__ import annotations

from django.urls import path

from banso.listen.invitations import views

app_name = "invitations"
urlpatterns = [
    path("", views.wave_list, name="wave_list"),
    path("new/<int:survey_pk>/", views.wave_new, name="wave_new"),
    path("<int:pk>/", views.wave_detail, name="wave_detail"),
    path("<int:pk>/edit/", views.wave_edit, name="wave_edit"),
    path("<int:pk>/words/", views.wave_words, name="wave_words"),
    path("<int:pk>/people/", views.wave_people, name="wave_people"),
    path("<int:pk>/do/<slug:verb>/", views.wave_do, name="wave_do"),
]
