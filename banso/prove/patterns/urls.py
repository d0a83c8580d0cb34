from __future__ import annotations

from django.urls import path

from banso.prove.patterns import views

app_name = "patterns"
urlpatterns = [
    path("", views.pattern_list, name="pattern_list"),
    path("new/", views.pattern_new, name="pattern_new"),
    path("<int:pk>/", views.pattern_detail, name="pattern_detail"),
    path("<int:pk>/edit/", views.pattern_edit, name="pattern_edit"),
    path("<int:pk>/remove/", views.pattern_remove, name="pattern_remove"),
    path("<int:pk>/link/", views.pattern_link, name="pattern_link"),
    path("<int:pk>/unlink/<int:link>/", views.pattern_unlink, name="pattern_unlink"),
    path("<int:pk>/use/", views.pattern_use, name="pattern_use"),
    path("<int:pk>/use/<int:use>/back/", views.pattern_use_back, name="pattern_use_back"),
    path("<int:pk>/versions/<int:number>/", views.pattern_version, name="pattern_version"),
]
