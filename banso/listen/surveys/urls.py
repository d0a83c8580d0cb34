from __future__ import annotations

from django.urls import path

from banso.listen.surveys.views import editing, pages

app_name = "surveys"
urlpatterns = [
    path("", pages.survey_list, name="survey_list"),
    path("new/", pages.survey_new, name="survey_new"),
    path("<int:pk>/", pages.survey_detail, name="survey_detail"),
    path("<int:pk>/versions/", pages.survey_versions, name="survey_versions"),
    path("<int:pk>/file/", pages.survey_file, name="survey_file"),
    path("<int:pk>/put-away/", pages.put_away, name="put_away"),
    path("<int:pk>/edit/", editing.survey_edit, name="survey_edit"),
    path("<int:pk>/edit/question/", editing.save_question, name="save_question"),
    path("<int:pk>/edit/order/", editing.change_order, name="change_order"),
    path("<int:pk>/edit/pages/", editing.change_pages, name="change_pages"),
    path("<int:pk>/edit/texts/", editing.save_texts, name="save_texts"),
]
