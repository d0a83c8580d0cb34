"""What surrounds the success of some sample customers, by industry."""

from __future__ import annotations

import numpy as np

from banso.shell.sample.customers import Customer

INDUSTRY = {
    "機械・金属": {
        "income": "取引先の量産部品。年2回の価格改定が利益を左右する。",
        "costs": "材料費と電気代、段取り替えの時間、手直し。",
        "authorities": "主要取引先の品質保証部門、地域の工業会。",
    },
    "食品": {
        "income": "量販店向けの日配品。欠品と回収を出さないことが前提。",
        "costs": "原材料の高騰、廃棄、深夜帯の人件費。",
        "authorities": "保健所、量販店の監査、食品衛生協会。",
    },
    "物流": {
        "income": "定期便の運賃と保管料。荷主の満足度で本数が決まる。",
        "costs": "燃料、ドライバーの残業、事故の対応。",
        "authorities": "運輸局、荷主、トラック協会。",
    },
    "建設・設備": {
        "income": "元請けからの工事。安全の実績が次の受注につながる。",
        "costs": "外注費、手戻り、書類づくりの時間。",
        "authorities": "元請けの安全部門、労働基準監督署。",
    },
    "化学・素材": {
        "income": "長期契約の素材供給。品質の安定が最優先。",
        "costs": "原料とエネルギー、設備停止。",
        "authorities": "取引先の監査、消防署、環境の所管部署。",
    },
    "電機・電子": {
        "income": "受託組立。短納期への対応力で選ばれている。",
        "costs": "部品の調達難、検査の人手。",
        "authorities": "主要取引先、認証機関。",
    },
    "医療・介護": {
        "income": "診療報酬・介護報酬。加算の要件を満たす記録が欠かせない。",
        "costs": "人件費、採用、記録の残業。",
        "authorities": "自治体の指導監査、医師会。",
    },
    "商社": {
        "income": "仕入れと販売の差益、在庫の回転。",
        "costs": "物流費、滞留在庫。",
        "authorities": "仕入れ先メーカー、業界団体。",
    },
}
CULTURE = (
    "朝礼を大切にし、口頭の申し送りが多い。",
    "創業家の一言で決まるが、現場の反対があると動かない。",
    "改善提案の表彰があり、小さな工夫が好まれる。",
    "本社の方針が強く、拠点の裁量は小さい。",
    "ベテランが多く、紙への信頼が厚い。",
)
WISHED = (
    "全拠点の日報がその日のうちに見え、月末の集計が要らなくなる。",
    "不良の原因をその場でたどれ、同じ手直しを繰り返さない。",
    "監査の準備に追われず、ふだんの記録がそのまま証跡になる。",
)
ALLOWED = (
    "現場の端末は1班1台。導入は1拠点ずつ。",
    "予算は年度単位。追加の費用は翌期まで出せない。",
    "基幹システムには触れられない。CSVの受け渡しまで。",
)
REALISTIC = (
    "半年で主力ラインの日報を置き換え、集計時間を半分にする。",
    "まず1拠点で申し送りの漏れをなくし、その結果を横に広げる。",
    "1年後の監査を、紙の記録なしで受ける。",
)


def environment_of(rng: np.random.Generator, customer: Customer) -> dict[str, str] | None:
    """Texts for the larger Japanese customers; nobody has asked the others yet."""
    if customer.english or customer.employees < 150 or rng.random() < 0.35:
        return None
    return INDUSTRY[customer.industry] | {
        "decision_style": str(rng.choice(("top_down", "bottom_up", "mixed"))),
        "culture": str(rng.choice(CULTURE)),
        "success_wished": str(rng.choice(WISHED)),
        "success_allowed": str(rng.choice(ALLOWED)),
        "success_realistic": str(rng.choice(REALISTIC)),
    }
