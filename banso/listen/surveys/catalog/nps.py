"""Net promoter score: one scale and its reason, asked by what the scale said."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.definition import Condition, Definition, Page, Question
from banso.listen.surveys.kinds import Template, scale


def _reason(key: str, ja: str, en: str, low: int, high: int) -> Question:
    return Question(
        key=key,
        kind="text",
        meaning="comment",
        long=True,
        title={"ja": ja, "en": en},
        shown_if=[Condition("recommend", low=low, high=high)],
    )


TEMPLATE = Template(
    key="nps",
    order=20,
    title=_("NPS"),
    about=_(
        "One question, 0 to 10, and its reason: promoters, passives and detractors are each "
        "asked in their own words."
    ),
    definition=Definition(
        pages=[
            Page(
                [
                    scale(
                        "recommend",
                        "当社のサービスを、親しい同業の方にどのくらい薦めたいと思いますか?",
                        "How likely are you to recommend us to a colleague in your field?",
                        low=0,
                        high=10,
                        ends=(
                            ("まったく薦めない", "Not at all likely"),
                            ("ぜひ薦めたい", "Extremely likely"),
                        ),
                        meaning="recommend",
                    ),
                    _reason(
                        "reason_promoter",
                        "薦めたいと思われた、いちばんの理由をお聞かせください。",
                        "What is the main reason you would recommend us?",
                        9,
                        10,
                    ),
                    _reason(
                        "reason_passive",
                        "どこが良くなれば、もっと薦めたいと思っていただけますか?",
                        "What would have to be better for you to recommend us more?",
                        7,
                        8,
                    ),
                    _reason(
                        "reason_detractor",
                        "ご期待に添えなかったのは、どのような点でしょうか?",
                        "Where did we fall short of what you expected?",
                        0,
                        6,
                    ),
                ]
            )
        ],
        title={"ja": "サービスについてのアンケート", "en": "A question about our service"},
        intro={
            "ja": "日頃のご利用ありがとうございます。1分ほどで終わります。",
            "en": "Thank you for being our customer. This takes about a minute.",
        },
        thanks={
            "ja": "ご回答ありがとうございました。",
            "en": "Thank you for your answer.",
        },
    ),
)
