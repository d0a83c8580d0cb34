"""What the sample's CSMs wrote down, by situation; {who} is a person at the customer."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    happened: str
    feeling: str
    mood: int


START = (
    Line(
        "キックオフを実施。{who}と、最初の1か月で紙の日報を1ラインだけ置き換えることを決めた。",
        "早く現場に見せたいと前向き。",
        1,
    ),
    Line(
        "初期設定を画面共有で一緒に進めた。{who}が班ごとのひな形を3つ作成。",
        "思ったより簡単だと安心されていた。",
        1,
    ),
    Line(
        "利用者の登録が止まっている。{who}によると、名簿の確定が人事部待ちとのこと。",
        "申し訳なさそうだが、急いではいない様子。",
        0,
    ),
    Line(
        "操作説明会を開催、15名が参加。{who}から、夜勤者向けにもう一度やってほしいと依頼あり。",
        "質問が多く、関心は高い。",
        1,
    ),
    Line(
        "タブレットの配備が2週間遅れるとの連絡。{who}は当面、事務所のPCだけで始める意向。",
        "出鼻をくじかれたと少しがっかりしている。",
        -1,
    ),
    Line(
        "{who}と成功の姿を話し合った。「月末の集計に丸一日かかるのをなくす」が合言葉になった。",
        "目的がはっきりして、すっきりした表情。",
        2,
    ),
    Line(
        "導入の目的をたずねたが、{who}は「本社に言われたので」とのこと。現場の困りごとを次回までに聞いていただく。",
        "やらされ感がある。",
        -1,
    ),
)
WELL = (
    Line(
        "{who}から、申し送りの漏れがなくなったと報告があった。班長会議でも話題になったとのこと。",
        "手応えを感じて、とても喜んでいる。",
        2,
    ),
    Line(
        "定例会。報告の共有先に協力会社も加えたいとの相談。{who}と権限の分け方を決めた。",
        "活用の幅が広がると期待している。",
        1,
    ),
    Line(
        "工場長会議で{who}が自社の使い方を発表。ほかの拠点からも見学の申し込みが来ている。",
        "誇らしそうに話してくださった。",
        2,
    ),
    Line(
        "写真付きの報告が定着し、手直しの原因がたどれるようになったと{who}。",
        "続けてよかったとのこと。",
        1,
    ),
    Line(
        "{who}が編集できる人を各班に2名ずつ増やした。ひな形の見直しも自分たちで回せている。",
        "自走できていると自信がある。",
        1,
    ),
    Line(
        "品質監査で報告の履歴がそのまま証跡になったと{who}から電話。",
        "準備が半日で終わったと上機嫌。",
        2,
    ),
    Line(
        "利用状況の振り返り。{who}と、次の四半期は承認までの日数を短くすることを目標にした。",
        "落ち着いて前を向いている。",
        1,
    ),
)
PLAIN = (
    Line(
        "定例会。大きな課題はなし。{who}から、検索の並び順について質問を受けて回答した。",
        "特に不満はなさそう。",
        0,
    ),
    Line(
        "{who}に新機能を案内した。繁忙期が過ぎてから試すとのこと。", "忙しそうで、反応は薄い。", 0
    ),
    Line(
        "問い合わせ対応。パスワードを忘れた利用者が5名おり、{who}と一括で再設定した。",
        "すぐ片づいて助かったとのこと。",
        1,
    ),
    Line(
        "担当替えの連絡。これからは{who}が窓口になる。引き継ぎの打ち合わせを来週に設定。",
        "まだ様子見の段階。",
        0,
    ),
    Line("年度の予算について{who}に確認。今期と同額で申請する見込み。", "淡々としている。", 0),
    Line(
        "展示会の会場で{who}に会い、立ち話。人手不足で教育の時間が取れないとのこと。",
        "困っているが、当社への不満ではない。",
        0,
    ),
    Line("CSVの列の並びを変えたいと{who}から要望。製品部門へ回した。", "急ぎではないとのこと。", 0),
)
WORRY = (
    Line(
        "使っているのは{who}の班だけで、ほかの班は紙に戻っている。",
        "このままでは意味がないと焦っている。",
        -1,
    ),
    Line(
        "{who}から、入力が二度手間になっているとの指摘。基幹システムとの重複を洗い出すことにした。",
        "いら立ちが声に出ていた。",
        -1,
    ),
    Line(
        "推進役だった方が異動。{who}は引き継ぎを十分に受けていないとのこと。",
        "何から始めればよいか分からず、不安そう。",
        -1,
    ),
    Line(
        "定例会は欠席が続いている。{who}に電話したが、折り返しなし。",
        "関心が離れているように感じる。",
        -1,
    ),
    Line(
        "現場の通信が不安定で、送信に失敗することがあると{who}。回線の調査を依頼した。",
        "また紙に戻そうかとの声も出ているとのこと。",
        -1,
    ),
    Line(
        "障害のおわびで訪問。{who}から、朝礼に間に合わなかったと強い指摘を受けた。",
        "怒っている。再発防止を文書で求められた。",
        -2,
    ),
    Line(
        "まだ一度も報告を共有できていない。{who}と、まず1件を一緒に送ってみることにした。",
        "難しそうだと身構えている。",
        -1,
    ),
)
RENEWAL = (
    Line(
        "更新の打ち合わせ。{who}から、稟議に使う効果の数字がほしいとの依頼。集計時間の前後比較を用意する。",
        "続けたいが、上を説得できるか気にしている。",
        0,
    ),
    Line("{who}より、更新を前提に契約人数を見直したいとの連絡。", "内容には満足している様子。", 1),
    Line("更新の意向を確認。{who}は来月の部長会議に諮るとのこと。", "明言は避けている。", 0),
    Line(
        "他社の見積もりも取っていると{who}から聞いた。比較の観点を一緒に整理した。",
        "値段よりも定着の支援を気にしている。",
        -1,
    ),
)
LEFT = (
    Line(
        "解約の申し出。{who}によると、現場に根づかず費用に見合わないとの判断。",
        "申し訳なさそうに、これまでの礼を言われた。",
        -1,
    ),
    Line(
        "{who}と終了の手続きを確認。データの書き出しが終わったら利用を止めるとのこと。",
        "気持ちは固まっている。",
        -1,
    ),
)
START_EN = (
    Line(
        "Kick-off call. Agreed with {who} to replace the paper log on one line first.",
        "Keen to show the floor something soon.",
        1,
    ),
    Line(
        "Set up templates together with {who}; three shifts are ready to start.",
        "Relieved that it took only an hour.",
        1,
    ),
    Line(
        "{who} is still waiting for the list of users from HR.",
        "A little embarrassed, in no hurry.",
        0,
    ),
    Line(
        "Asked {who} what would make this a success. “Know by 8 am what went wrong overnight.”",
        "Clear about the goal.",
        2,
    ),
)
WELL_EN = (
    Line(
        "{who} showed the shared reports at the site meeting; two other sites asked for a demo.",
        "Proud of the team.",
        2,
    ),
    Line(
        "Review call. {who} gave editing rights to every shift lead.",
        "Confident, they run it themselves now.",
        1,
    ),
    Line("{who} says the audit took half a day instead of three.", "Delighted.", 2),
)
PLAIN_EN = (
    Line(
        "Monthly call, nothing urgent. Answered a question from {who} about search.", "Content.", 0
    ),
    Line(
        "Told {who} about the new approval steps. They will look after the peak season.", "Busy.", 0
    ),
    Line(
        "{who} asked for another column order in the export. Passed on to product.",
        "Not urgent for them.",
        0,
    ),
)
WORRY_EN = (
    Line(
        "Only {who}'s shift still uses it; the others are back on paper.",
        "Frustrated with colleagues.",
        -1,
    ),
    Line(
        "The person who drove this has left. {who} got no handover.", "Unsure where to start.", -1
    ),
    Line("Called {who} twice, no answer; third meeting missed.", "Drifting away, I fear.", -1),
    Line("{who} complained about Wi-Fi on the floor: reports get lost.", "Annoyed.", -2),
)
RENEWAL_EN = (
    Line(
        "Talked about the renewal. {who} needs figures for the budget meeting.",
        "Wants to stay, must convince finance.",
        0,
    ),
    Line("{who} plans to renew and asks for ten more seats.", "Happy with the service.", 1),
)
LEFT_EN = (
    Line("{who} told us that they will not renew: it never caught on.", "Sorry, but decided.", -1),
)

JAPANESE = {
    "start": START,
    "well": WELL,
    "plain": PLAIN,
    "worry": WORRY,
    "renewal": RENEWAL,
    "left": LEFT,
}
ENGLISH = {
    "start": START_EN,
    "well": WELL_EN,
    "plain": PLAIN_EN,
    "worry": WORRY_EN,
    "renewal": RENEWAL_EN,
    "left": LEFT_EN,
}
