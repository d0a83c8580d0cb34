"""Customer effort score: how easy it was to get something done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.definition import Condition, Definition, Page, Question
from banso.listen.surveys.kinds import Template, choices, scale

TEMPLATE = Template(
    key="ces",
    order=40,
    title=_("CES: how easy it was"),
    about=_("How easy was it to get something done, and where did it take too much effort?"),
    definition=Definition(
        pages=[
            Page(
                [
                    scale(
                        "effort",
                        "「やりたかったことを、簡単に済ませることができた」。どのくらいそう思いますか?",
                        "“It was easy to get done what I wanted to do.” How far do you agree?",
                        low=1,
                        high=7,
                        ends=(
                            ("まったくそう思わない", "Strongly disagree"),
                            ("とてもそう思う", "Strongly agree"),
                        ),
                        meaning="effort",
                    ),
                    Question(
                        key="where",
                        kind="choices",
                        other=True,
                        title={
                            "ja": "手間がかかったのはどこですか?(あてはまるものすべて)",
                            "en": "Where did it take effort? (all that apply)",
                        },
                        choices=choices(
                            ("find", "やり方を探すところ", "Finding out how to do it"),
                            ("screen", "画面の操作", "Working with the screens"),
                            ("ask", "問い合わせ先を探すところ", "Finding whom to ask"),
                            ("repeat", "同じ説明を何度もした", "Explaining the same thing again"),
                            ("wait", "返事や処理を待つ時間", "Waiting for an answer or a result"),
                        ),
                        shown_if=[Condition("effort", low=1, high=4)],
                    ),
                    Question(
                        key="comment",
                        kind="text",
                        meaning="comment",
                        long=True,
                        title={
                            "ja": "もっと簡単にするために、何があるとよいですか?",
                            "en": "What would make it easier?",
                        },
                    ),
                ]
            )
        ],
        title={"ja": "使いやすさについてのアンケート", "en": "How easy was it?"},
        intro={
            "ja": "ご利用ありがとうございます。1分ほどで終わります。",
            "en": "Thank you for using our service. This takes about a minute.",
        },
        thanks={
            "ja": "ご回答ありがとうございました。",
            "en": "Thank you for your answer.",
        },
    ),
)
