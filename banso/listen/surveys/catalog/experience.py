"""The experience survey: trouble, consultation, the answer, and what people intend after it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.definition import Condition, Definition, Page, Question
from banso.listen.surveys.kinds import ANSWERS, YES_NO, Template, choices, scale

TROUBLED = Condition("trouble", ["yes"])
CONSULTED = Condition("consulted", ["yes"])

TROUBLE = Page(
    [
        Question(
            key="trouble",
            kind="choice",
            meaning="trouble",
            required=True,
            title={
                "ja": "この1年間に、ご利用中にお困りごとやトラブルはありましたか?",
                "en": "In the past year, did you run into any trouble while using the product?",
            },
            choices=choices(*YES_NO),
        ),
        Question(
            key="trouble_kind",
            kind="choices",
            meaning="trouble_kind",
            required=True,
            other=True,
            title={
                "ja": "どのようなお困りごとでしたか?(あてはまるものすべて)",
                "en": "What kind of trouble was it? (all that apply)",
            },
            choices=choices(
                ("operation", "操作方法が分からない", "I did not know how to operate it"),
                ("best_use", "自社に合った使い方が分からない", "I did not know how best to use it"),
                ("defect", "不具合・エラーが起きた", "There was a defect or an error"),
                ("missing", "必要な機能がない", "A function that we need is missing"),
                ("performance", "動作が遅い・止まる", "It was slow or stopped"),
                ("contract", "契約・請求のこと", "Contract or billing"),
            ),
            shown_if=[TROUBLED],
        ),
        Question(
            key="consulted",
            kind="choice",
            meaning="consulted",
            required=True,
            title={
                "ja": "そのとき、当社にご相談いただきましたか?",
                "en": "Did you consult us about it?",
            },
            choices=choices(*YES_NO),
            shown_if=[TROUBLED],
        ),
    ],
    title={"ja": "お困りごとについて", "en": "About trouble"},
)
ANSWER = Page(
    [
        Question(
            key="channel",
            kind="choices",
            meaning="channel",
            required=True,
            other=True,
            title={"ja": "どの窓口にご相談いただきましたか?", "en": "How did you reach us?"},
            choices=choices(
                ("csm", "カスタマーサクセス担当", "Our customer-success manager"),
                ("support_mail", "サポート窓口(メール・フォーム)", "Support by e-mail or form"),
                ("support_phone", "サポート窓口(電話)", "Support by telephone"),
                ("chat", "チャット", "Chat"),
                ("sales", "営業担当", "Our sales representative"),
            ),
            shown_if=[TROUBLED, CONSULTED],
        ),
        Question(
            key="why_not",
            kind="choices",
            meaning="why_not",
            other=True,
            title={
                "ja": "ご相談いただかなかった理由をお聞かせください。",
                "en": "Why did you not consult us?",
            },
            choices=choices(
                ("solved", "自分で解決できた", "I solved it myself"),
                ("where", "相談先が分からなかった", "I did not know whom to ask"),
                ("time", "相談する時間がなかった", "I had no time to ask"),
                ("no_hope", "相談しても解決しないと思った", "I did not expect it to help"),
                ("minor", "相談するほどではなかった", "It was not worth asking"),
            ),
            shown_if=[TROUBLED, Condition("consulted", ["no"])],
        ),
        Question(
            key="answer",
            kind="choice",
            meaning="answer",
            required=True,
            title={
                "ja": "当社の対応は、ご期待と比べていかがでしたか?",
                "en": "Compared with what you expected, how was our answer?",
            },
            choices=choices(*ANSWERS),
            shown_if=[TROUBLED, CONSULTED],
        ),
        Question(
            key="answer_comment",
            kind="text",
            meaning="comment",
            long=True,
            title={
                "ja": "対応について、良かった点・足りなかった点をお聞かせください。",
                "en": "What was good about our answer, and what was missing?",
            },
            shown_if=[TROUBLED, CONSULTED],
        ),
    ],
    title={"ja": "ご相談について", "en": "About consulting us"},
)
INTENT = Page(
    [
        scale(
            "satisfaction",
            "サービス全体に、どのくらい満足していますか?",
            "Overall, how satisfied are you with the service?",
            low=1,
            high=5,
            ends=(("とても不満", "Very dissatisfied"), ("とても満足", "Very satisfied")),
            meaning="satisfaction",
        ),
        scale(
            "intent",
            "今後も利用を続けたいと思いますか?",
            "Do you intend to go on using it?",
            low=1,
            high=5,
            ends=(("続けたくない", "Certainly not"), ("ぜひ続けたい", "Certainly")),
            meaning="intent",
        ),
        scale(
            "recommend",
            "親しい同業の方に、どのくらい薦めたいと思いますか?",
            "How likely are you to recommend it to a colleague in your field?",
            low=0,
            high=10,
            ends=(("まったく薦めない", "Not at all likely"), ("ぜひ薦めたい", "Extremely likely")),
            meaning="recommend",
        ),
        scale(
            "miss",
            "もし使えなくなったら、どのくらい困りますか?",
            "If you could no longer use it, how much would you miss it?",
            low=1,
            high=3,
            ends=(("困らない", "Not at all"), ("とても困る", "Very much")),
            meaning="miss",
        ),
        Question(
            key="comment",
            kind="text",
            meaning="comment",
            long=True,
            title={
                "ja": "ご意見・ご要望がありましたら、ご自由にお書きください。",
                "en": "Anything else you would like to tell us?",
            },
        ),
    ],
    title={"ja": "サービス全体について", "en": "About the service as a whole"},
)

TEMPLATE = Template(
    key="experience",
    order=10,
    title=_("Experience survey"),
    about=_(
        "Once a year: trouble, whether people consulted you, how the answer compared with what "
        "they expected, and what they intend. The result is the experience tree."
    ),
    definition=Definition(
        pages=[TROUBLE, ANSWER, INTENT],
        title={"ja": "お客様満足度調査", "en": "Customer experience survey"},
        intro={
            "ja": "日頃のご利用ありがとうございます。ご利用の様子をお聞かせください(約3分)。",
            "en": "Thank you for being our customer. Please tell us how it has been (3 minutes).",
        },
        thanks={
            "ja": "ご回答ありがとうございました。いただいたお声は、改善に役立てます。",
            "en": "Thank you for your answers. We will put them to use.",
        },
    ),
)
