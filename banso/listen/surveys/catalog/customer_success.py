"""What is this customer's success? Asked of colleagues of every section about one customer, so
that the sections can be seen to agree or not.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.definition import Definition, Page, Question
from banso.listen.surveys.kinds import Template, choices, scale

WHO = Question(
    key="section",
    kind="choice",
    required=True,
    other=True,
    title={"ja": "所属する部門を選んでください。", "en": "Which section do you belong to?"},
    choices=choices(
        ("cs", "カスタマーサクセス", "Customer success"),
        ("sales", "営業", "Sales"),
        ("support", "サポート", "Support"),
        ("product", "企画・開発", "Product and development"),
        ("marketing", "マーケティング", "Marketing"),
        ("management", "経営", "Management"),
    ),
)
KINDS = Question(
    key="kind",
    kind="choice",
    required=True,
    other=True,
    title={
        "ja": "その成功に、いちばん近いものはどれですか?",
        "en": "Which of these comes closest to it?",
    },
    choices=choices(
        ("sales", "売上や受注が増える", "They sell more"),
        ("cost", "費用や手間が減る", "They spend less money or work"),
        ("speed", "仕事が早く進む", "Their work gets done sooner"),
        ("quality", "品質や正確さが上がる", "Their work gets better or more exact"),
        ("risk", "事故や違反を防げる", "They avoid accidents or breaches"),
        ("people", "働く人が育つ・定着する", "Their people grow and stay"),
    ),
)
TEMPLATE = Template(
    key="customer_success",
    order=50,
    asked="colleagues",
    title=_("What is this customer's success?"),
    about=_(
        "Asked of colleagues of every section about one customer. Where the sections answer "
        "differently, they work towards different things."
    ),
    definition=Definition(
        pages=[
            Page(
                [
                    WHO,
                    Question(
                        key="success",
                        kind="text",
                        meaning="success",
                        required=True,
                        long=True,
                        title={
                            "ja": "このお客様にとっての成功とは何ですか? "
                            "お客様の言葉に近い形でお書きください。",
                            "en": "What is success for this customer? "
                            "Write it as they would say it.",
                        },
                    ),
                    KINDS,
                    Question(
                        key="sign",
                        kind="text",
                        long=True,
                        title={
                            "ja": "何がどうなれば、成功したと言えますか?(数字や出来事)",
                            "en": "By what number or event would you see that they got there?",
                        },
                    ),
                    scale(
                        "reached",
                        "いま、その成功にどのくらい近づいていますか?",
                        "How near to it are they today?",
                        low=1,
                        high=5,
                        ends=(("まだ遠い", "Still far away"), ("実現している", "They are there")),
                    ),
                    Question(
                        key="next_step",
                        kind="text",
                        meaning="comment",
                        long=True,
                        title={
                            "ja": "次に、あなたの部門ができることは何ですか?",
                            "en": "What can your section do next?",
                        },
                    ),
                ]
            )
        ],
        title={"ja": "このお客様の成功とは", "en": "What is this customer's success?"},
        intro={
            "ja": "部門ごとの見方をそろえるためのアンケートです。"
            "正解はありません。約3分で終わります。",
            "en": "To see whether our sections aim at the same thing. There is no right answer. "
            "3 minutes.",
        },
        thanks={
            "ja": "ご回答ありがとうございました。結果は部門をまたいで共有します。",
            "en": "Thank you. The result will be shared by all sections.",
        },
    ),
)
