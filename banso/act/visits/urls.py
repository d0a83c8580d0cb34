from __future__ import annotations

from django.urls import path

from banso.act.visits import views

app_name = "visits"
urlpatterns = [
    path("", views.whom_to_visit, name="whom_to_visit"),
    path("thanks/", views.thanks_list, name="thanks_list"),
    path("thanks/words/", views.thanks_words, name="thanks_words"),
    path("thanks/<int:pk>/settle/", views.thanks_settle, name="thanks_settle"),
    path("planned/", views.visit_list, name="visit_list"),
    path("new/", views.visit_new, name="visit_new"),
    path("<int:pk>/", views.visit_detail, name="visit_detail"),
    path("<int:pk>/edit/", views.visit_edit, name="visit_edit"),
    path("<int:pk>/found/", views.visit_found, name="visit_found"),
    path("<int:pk>/call-off/", views.visit_call_off, name="visit_call_off"),
    path("<int:pk>/findings/", views.finding_add, name="finding_add"),
    path("findings/", views.finding_list, name="finding_list"),
    path("findings/<int:pk>/remove/", views.finding_remove, name="finding_remove"),
    path("done/", views.what_was_done, name="what_was_done"),
]
