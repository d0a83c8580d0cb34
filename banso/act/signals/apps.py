from __future__ import annotations

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "banso.act.signals"
    label = "signals"

    def ready(self) -> None:
        from banso.act.signals.api import router
        from banso.shared.rest.slots import routers

        routers.fill("signals", router, order=100)
        from banso.act.signals import jobs, reactions  # noqa: F401
        from banso.act.signals.sentences import SENTENCES
        from banso.act.signals.writes import FOLLOWER
        from banso.listen.surveys.writes import ANSWERS
        from banso.measure.health.writes.scoring import HEALTH_CHANGED
        from banso.shared.journal.registry import follow
        from banso.shared.slots import entry_sentences

        follow(HEALTH_CHANGED, by=FOLLOWER)
        follow(ANSWERS, by=FOLLOWER)
        for kind, sentence in SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)
