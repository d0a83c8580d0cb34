"""What the people at the sample's customers write into the free texts of a survey.

Each text is one of a few openings and one of a few details, so that hundreds of people do not all
say the same words; what they talk about follows from what happened to them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from banso.listen.surveys.meanings import ABOVE, AS_EXPECTED, BELOW, NOT_CONSULTED, WAITING

WELL, POORLY = "well", "poorly"


class Voice(NamedTuple):
    openings: tuple[str, ...]
    details: tuple[str, ...]


JAPANESE = {
    ABOVE: Voice(
        (
            "質問した当日に電話をいただき、画面を見ながら一緒に解決できました。",
            "こちらの業務の流れまで理解したうえで答えてくださいました。",
            "聞いたことだけでなく、その先で困りそうなことまで教えてもらえました。",
            "担当の方が現場まで来て、班長たちの前で実演してくれました。",
            "夜勤の時間に合わせてオンラインで説明会を開いてくれました。",
        ),
        (
            "他社の使い方の例が特に参考になりました。",
            "おかげで翌週にはひな形を作り直せました。",
            "ここまでしてもらえるとは思っていませんでした。",
            "回答が早く、現場を待たせずに済みました。",
            "あとから手順書まで送っていただき助かりました。",
        ),
    ),
    AS_EXPECTED: Voice(
        (
            "メールで聞いて、翌日に回答をもらいました。",
            "手順を教えていただき、そのとおりにして解決しました。",
            "窓口の対応は丁寧でした。",
            "マニュアルの該当ページを案内してもらいました。",
        ),
        (
            "特に不満はありません。",
            "もう少し早いとなお良いです。",
            "同じことを何度か聞いたので、よくある質問に載せてほしいです。",
            "説明の図があると現場にも渡しやすいです。",
        ),
    ),
    BELOW: Voice(
        (
            "回答まで4日かかり、その間は紙に戻していました。",
            "聞いたことと違う回答が返ってきて、やり取りが何度も続きました。",
            "仕様ですと言われただけで、代わりの方法の提案がありませんでした。",
            "担当者によって言うことが違いました。",
            "電話がなかなかつながりませんでした。",
        ),
        (
            "回答の遅さは改善してほしいです。",
            "こちらの状況をもっと聞いてほしかったです。",
            "結局、自分たちで回避策を探しました。",
            "現場からの信頼を失ったのが痛いです。",
        ),
    ),
    WAITING: Voice(
        (
            "問い合わせてから2週間たちますが、まだ回答がありません。",
            "調査中との連絡のあと、音沙汰がありません。",
            "不具合の原因を調べてもらっているところです。",
        ),
        ("いつ頃になるかだけでも知りたいです。", "途中経過を教えてほしいです。"),
    ),
    NOT_CONSULTED: Voice(
        (
            "どこに聞けばよいのか分からないまま、使うのをやめた機能があります。",
            "忙しくて問い合わせる時間が取れず、そのままにしています。",
            "聞くほどのことではないと思い、紙と併用しています。",
        ),
        (
            "画面の中に相談先が出ていると助かります。",
            "短い動画で説明してもらえれば自分で解決できそうです。",
            "気軽に聞ける場があればうれしいです。",
        ),
    ),
    WELL: Voice(
        (
            "日報の共有が早くなり、朝礼の時間が半分になりました。",
            "申し送りの漏れがなくなりました。",
            "写真付きの報告が定着し、手直しの原因が追えるようになりました。",
            "紙の集計に丸一日かかっていたのが、ほぼなくなりました。",
            "監査のときに報告の履歴がそのまま役に立ちました。",
        ),
        (
            "これからも続けて使いたいです。",
            "ほかの工場にも広げる予定です。",
            "検索がもう少し速いとさらに便利です。",
            "協力会社にも使ってもらえるとありがたいです。",
            "新しい機能の案内を楽しみにしています。",
        ),
    ),
    POORLY: Voice(
        (
            "現場に根づかず、使う人が限られています。",
            "入力の項目が多く、現場の負担になっています。",
            "通信が不安定な場所では送信に失敗します。",
            "費用に見合う効果が説明できていません。",
        ),
        (
            "教育の時間が取れないのが悩みです。",
            "基幹システムとの二重入力をなくしてほしいです。",
            "自社に合った使い方を一緒に考えてほしいです。",
            "操作が簡単になれば広がると思います。",
        ),
    ),
    "operation": Voice(
        (
            "画面の操作に慣れるまで時間がかかりました。",
            "承認の手順が分かりにくいです。",
            "ひな形の直し方が分からず、毎回調べています。",
        ),
        ("操作ガイドを充実させてほしいです。", "操作の動画があると助かります。"),
    ),
    "best_use": Voice(
        (
            "自社の規模に合った使い方が分かりません。",
            "どの機能から始めればよいか迷っています。",
        ),
        (
            "同じくらいの規模の会社の例を知りたいです。",
            "活用の進め方を相談できる人がいません。",
        ),
    ),
    "defect": Voice(
        ("写真を添付すると画面が止まることがあります。", "送信したはずの日報が消えていました。"),
        ("不具合の修正を早くお願いします。", "障害のお知らせがほしいです。"),
    ),
}
ENGLISH = {
    ABOVE: Voice(
        (
            "They called back the same day and we fixed it together on the screen.",
            "Our manager understood how our shifts work before answering.",
            "They ran a session for the night shift without being asked.",
        ),
        (
            "The examples from other plants were very helpful.",
            "The quick reply kept our floor running.",
            "We did not expect that much help.",
        ),
    ),
    AS_EXPECTED: Voice(
        ("I got an answer by e-mail the next day.", "The steps they sent us worked."),
        ("No complaints.", "A picture in the manual would help the floor."),
    ),
    BELOW: Voice(
        (
            "It took four days to get a reply and we went back to paper.",
            "We were only told that it works as designed.",
            "Two people gave us two different answers.",
        ),
        (
            "The slow reply has to improve.",
            "In the end we found a workaround ourselves.",
            "We lost the trust of the floor.",
        ),
    ),
    WAITING: Voice(
        ("We have been waiting for an answer for two weeks.",),
        ("At least tell us when to expect a reply.", "A progress report would help."),
    ),
    NOT_CONSULTED: Voice(
        ("I did not know whom to ask, so we stopped using that function.", "No time to ask."),
        ("A contact shown on the screen would help.", "A short video would be enough for us."),
    ),
    WELL: Voice(
        (
            "Sharing reports is faster and our morning meeting is half as long.",
            "Nothing gets lost between shifts any more.",
            "Reports with photos let us trace the cause of rework.",
        ),
        (
            "We will keep using it.",
            "We plan to roll it out to other plants.",
            "A faster search would make it even better.",
        ),
    ),
    POORLY: Voice(
        (
            "Only a few people use it.",
            "Too many fields to fill in for the floor.",
            "Sending fails where the connection is weak.",
        ),
        (
            "We need help to find the use that fits us.",
            "Entering data twice has to stop.",
            "We have no time for training.",
        ),
    ),
    "operation": Voice(
        ("It took time to learn the screens.", "The approval steps are hard to follow."),
        ("A better operation guide would help.", "Please make operation videos."),
    ),
    "best_use": Voice(
        ("We do not know which use fits a company of our size.",),
        ("Examples from companies like ours would help.", "We have nobody to ask about it."),
    ),
    "defect": Voice(
        ("The screen freezes when photos are attached.", "A report that we sent had vanished."),
        ("Please fix the defects sooner.", "We want notices of failures."),
    ),
}


def said(rng: np.random.Generator, topic: str, *, english: bool) -> str:
    """One text about a topic; the draws are the same whatever the language."""
    voice = (ENGLISH if english else JAPANESE)[topic]
    opening, detail, short = rng.random(3)
    first = voice.openings[int(opening * len(voice.openings))]
    second = voice.details[int(detail * len(voice.details))]
    if short < 0.3:
        return first
    return f"{first} {second}" if english else first + second
