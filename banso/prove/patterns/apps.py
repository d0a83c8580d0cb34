from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatternsConfig(AppConfig):
    name = "banso.prove.patterns"
    label = "patterns"

    def ready(self) -> None:
        from banso.prove.effects.sources import Source, treatment_sources
        from banso.prove.patterns import jobs, reactions, treatments  # noqa: F401
        from banso.prove.patterns.evidence import fill_built_in
        from banso.prove.patterns.panels import fitting_patterns
        from banso.prove.patterns.sentences import SENTENCES
        from banso.shared.slots import NavItem, Panel, account_panels, entry_sentences, nav

        fill_built_in()
        nav.fill(
            "patterns", NavItem(_("Winning patterns"), "patterns:pattern_list", "trophy"), order=76
        )
        panel = Panel(_("Winning patterns that fit"), fitting_patterns)
        account_panels.fill("patterns", panel, order=25)
        for kind, sentence in SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)
        uses = Source(_("Uses of winning patterns"), treatments.choices, treatments.treated)
        treatment_sources.fill("patterns", uses, order=20)
