from __future__ import annotations

from django.urls import include, path

from banso.listen.events.urls import ingest_urlpatterns
from banso.shell import views
from banso.shell.api import pages as api_pages
from banso.shell.api.assembly import api_urlpatterns

urlpatterns = [
    path("", views.home, name="home"),
    path("preferences/", views.preferences, name="preferences"),
    path("language/", views.language, name="language"),
    path("health/", views.health, name="health"),
    path("ready/", views.ready, name="ready"),
    path("settings/fields/", include("banso.shared.fields.urls")),
    path("settings/keys/", include("banso.shared.keys.urls")),
    path("settings/forgotten/", include("banso.know.forgetting.urls")),
    path("settings/", include("banso.shared.users.urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("customers/", include("banso.know.accounts.urls")),
    path("people/", include("banso.know.people.urls")),
    path("notes/", include("banso.know.notes.urls")),
    path("imports/", include("banso.listen.imports.urls")),
    path("loads/", include("banso.listen.loads.urls")),
    path("earlier/", include("banso.listen.earlier.urls")),
    path("answers/", include("banso.listen.answers.urls")),
    path("surveys/", include("banso.listen.surveys.urls")),
    path("waves/", include("banso.listen.invitations.urls")),
    path("s/", include("banso.listen.invitations.public_urls")),
    path("events/", include("banso.listen.events.urls")),
    path("", include((ingest_urlpatterns, "ingest"))),
    path("api/", api_pages.api_page, name="api_page"),
    path("api/openapi.json", api_pages.api_document, name="api_document"),
    *api_urlpatterns(),
    path("api/<path:rest>", api_pages.api_unknown, name="api_unknown"),
    path("success/", include("banso.know.success.urls")),
    path("metrics/", include("banso.measure.metrics.urls")),
    path("readings/", include("banso.measure.readings.urls")),
    path("health-score/", include("banso.measure.health.urls")),
    path("revenue/", include("banso.measure.revenue.urls")),
    path("experience/", include("banso.measure.experience.urls")),
    path("evidence/", include("banso.prove.studies.urls")),
    path("hypotheses/", include("banso.prove.hypotheses.urls")),
    path("kpi-tree/", include("banso.prove.tree.urls")),
    path("lifetime/", include("banso.prove.lifetime.urls")),
    path("did-it-work/", include("banso.prove.effects.urls")),
    path("score-check/", include("banso.prove.prediction.urls")),
    path("worth/", include("banso.prove.worth.urls")),
    path("patterns/", include("banso.prove.patterns.urls")),
    path("contrasts/", include("banso.prove.contrasts.urls")),
    path("what-if/", include("banso.prove.scenarios.urls")),
    path("today/", include("banso.act.today.urls")),
    path("tasks/", include("banso.act.tasks.urls")),
    path("signals/", include("banso.act.signals.urls")),
    path("visits/", include("banso.act.visits.urls")),
]
handler403 = "banso.shell.views.forbidden"
handler404 = "banso.shell.views.not_found"
handler500 = "banso.shell.views.server_error"
