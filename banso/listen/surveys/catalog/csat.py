"""Customer satisfaction with one answer or one occasion."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.definition import Condition, Definition, Page, Question
from banso.listen.surveys.kinds import Template, scale

TEMPLATE = Template(
    key="csat",
    order=30,
    title=_("CSAT: satisfaction with an answer"),
    about=_("After a question, a training or a delivery: was it good, and if not, why?"),
    definition=Definition(
        pages=[
            Page(
                [
                    scale(
                        "csat",
                        "今回の当社の対応に、どのくらい満足していますか?",
                        "How satisfied are you with how we dealt with it?",
                        low=1,
                        high=5,
                        ends=(
                            ("とても不満", "Very dissatisfied"),
                            ("とても満足", "Very satisfied"),
                        ),
                        meaning="csat",
                    ),
                    Question(
                        key="missing",
                        kind="text",
                        meaning="comment",
                        long=True,
                        title={
                            "ja": "どのような点が足りませんでしたか?",
                            "en": "What was missing?",
                        },
                        shown_if=[Condition("csat", low=1, high=3)],
                    ),
                    Question(
                        key="good",
                        kind="text",
                        meaning="comment",
                        long=True,
                        title={"ja": "どのような点が良かったですか?", "en": "What was good?"},
                        shown_if=[Condition("csat", low=4, high=5)],
                    ),
                ]
            )
        ],
        title={"ja": "対応についてのアンケート", "en": "How did we do?"},
        intro={
            "ja": "お問い合わせいただきありがとうございました。1分ほどで終わります。",
            "en": "Thank you for contacting us. This takes about a minute.",
        },
        thanks={
            "ja": "ご回答ありがとうございました。",
            "en": "Thank you for your answer.",
        },
    ),
)
