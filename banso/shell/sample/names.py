"""Names for the sample company's customers and their people. All invented; a likeness is chance."""

from __future__ import annotations

from typing import NamedTuple


class Trade(NamedTuple):
    """A line of business and how its companies call themselves: (suffix, reading)."""

    industry: str
    weight: float
    suffixes: tuple[tuple[str, str], ...]
    english: tuple[str, ...]
    legal: tuple[str, ...]


STOCK = ("株式会社{}", "{}株式会社", "{}", "{}", "有限会社{}")

TRADES = (
    Trade(
        "機械・金属",
        0.24,
        (
            ("製作所", "セイサクショ"),
            ("精機", "セイキ"),
            ("鉄工所", "テッコウショ"),
            ("工業", "コウギョウ"),
            ("金型", "カナガタ"),
        ),
        ("Precision", "Tooling", "Castings", "Machine Works"),
        STOCK,
    ),
    Trade(
        "食品",
        0.19,
        (
            ("食品", "ショクヒン"),
            ("製菓", "セイカ"),
            ("水産", "スイサン"),
            ("フーズ", "フーズ"),
            ("醸造", "ジョウゾウ"),
        ),
        ("Foods", "Bakeries", "Seafoods", "Breweries"),
        STOCK,
    ),
    Trade(
        "物流",
        0.14,
        (("運輸", "ウンユ"), ("物流", "ブツリュウ"), ("倉庫", "ソウコ"), ("通運", "ツウウン")),
        ("Logistics", "Freight", "Cold Storage"),
        STOCK,
    ),
    Trade(
        "建設・設備",
        0.12,
        (("建設", "ケンセツ"), ("設備", "セツビ"), ("土木", "ドボク"), ("電設", "デンセツ")),
        ("Builders", "Engineering", "Site Services"),
        STOCK,
    ),
    Trade(
        "化学・素材",
        0.10,
        (("化成", "カセイ"), ("樹脂", "ジュシ"), ("塗料", "トリョウ"), ("製紙", "セイシ")),
        ("Polymers", "Coatings", "Paper"),
        STOCK,
    ),
    Trade(
        "電機・電子",
        0.09,
        (("電機", "デンキ"), ("電子", "デンシ"), ("計器", "ケイキ")),
        ("Electronics", "Instruments"),
        STOCK,
    ),
    Trade(
        "医療・介護",
        0.06,
        (("クリニック", "クリニック"), ("病院", "ビョウイン"), ("ケアサービス", "ケアサービス")),
        ("Care Homes", "Clinics"),
        ("{}", "医療法人{}", "{}"),
    ),
    Trade(
        "商社",
        0.06,
        (("商事", "ショウジ"), ("物産", "ブッサン"), ("商会", "ショウカイ")),
        ("Trading", "Supply"),
        STOCK,
    ),
)

PREFIXES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "あおば/アオバ あさなぎ/アサナギ 霧ヶ原/キリガハラ 千代ノ瀬/チヨノセ 桐ノ葉/キリノハ "
        "雲居/クモイ 七ツ森/ナナツモリ 花水木/ハナミズキ 潮見台/シオミダイ みのり野/ミノリノ "
        "朝比橋/アサヒバシ 蔵王路/ザオウジ 椿原/ツバキハラ 白樺台/シラカバダイ 若鮎/ワカアユ "
        "ひばりの/ヒバリノ 月見野/ツキミノ 五十嵐川/イガラシガワ 灯台前/トウダイマエ "
        "風待/カザマチ 三ツ葉根/ミツバネ 楓谷/カエデヤ すずかけ/スズカケ 石蕗/ツワブキ "
        "北辰野/ホクシンノ 南天堂/ナンテンドウ 波多江浜/ハタエハマ 紅葉坂/モミジザカ "
        "銀杏通/イチョウドオリ あけぼの野/アケボノノ 竹ノ内原/タケノウチハラ 大鷹/オオタカ "
        "小鹿瀬/オジカセ 萩ノ宮/ハギノミヤ 露草/ツユクサ 水門町/スイモンチョウ 鶴見里/ツルミザト "
        "木漏日/コモレビ 越路/コシジ 真砂浦/マサゴウラ 瑞穂田/ミズホダ 有明島/アリアケジマ "
        "綾瀬野/アヤセノ 碧海/アオミ 日向坂上/ヒナタサカウエ 松籟/ショウライ 穂高原/ホダカハラ "
        "みなと橋/ミナトバシ 常磐木/トキワギ 秋桜/コスモス 香取野/カトリノ 涼風/スズカゼ "
        "梓/アズサ 八重樫/ヤエガシ つばめ/ツバメ 緑ヶ淵/ミドリガフチ 長月/ナガツキ "
        "曙橋/アケボノバシ さざなみ/サザナミ 東雲台/シノノメダイ"
    ).split()
)

ENGLISH_PREFIXES = (
    "Harborlight Fernvale Oakmere Northgale Brindle Tidewell Larkfield Stonebrook Quillon "
    "Amberley Westmarch Pinecroft Saltmarsh Hollowell Merrow Kestrelby Ashdown Copperfen Marlowe "
    "Duneside Everly Thornbury"
).split()

HOME_COUNTRY = "日本"
COUNTRIES = (
    "シンガポール",
    "タイ",
    "ベトナム",
    "アメリカ",
    "イギリス",
    "ドイツ",
    "オーストラリア",
)

SITES = ("九州工場", "東北事業所", "関西支店", "北陸センター", "東海工場")
SITE_READINGS = (
    "キュウシュウコウジョウ",
    "トウホクジギョウショ",
    "カンサイシテン",
    "ホクリクセンター",
    "トウカイコウジョウ",
)

FAMILY_NAMES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "佐藤/サトウ 鈴木/スズキ 高橋/タカハシ 田中/タナカ 伊藤/イトウ 渡辺/ワタナベ "
        "山本/ヤマモト 中村/ナカムラ 小林/コバヤシ 加藤/カトウ 吉田/ヨシダ 山田/ヤマダ "
        "佐々木/ササキ 山口/ヤマグチ 松本/マツモト 井上/イノウエ 木村/キムラ 林/ハヤシ "
        "斎藤/サイトウ 清水/シミズ 山崎/ヤマザキ 森/モリ 池田/イケダ 橋本/ハシモト 阿部/アベ "
        "石川/イシカワ 中島/ナカジマ 前田/マエダ 藤田/フジタ 小川/オガワ 後藤/ゴトウ 岡田/オカダ "
        "長谷川/ハセガワ 村上/ムラカミ 近藤/コンドウ 石井/イシイ 坂本/サカモト 遠藤/エンドウ "
        "青木/アオキ 藤井/フジイ 西村/ニシムラ 福田/フクダ 太田/オオタ 三浦/ミウラ 岡本/オカモト "
        "松田/マツダ 中川/ナカガワ 中野/ナカノ 原田/ハラダ 小野/オノ 田村/タムラ 竹内/タケウチ "
        "金子/カネコ 和田/ワダ"
    ).split()
)

GIVEN_NAMES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "健一/ケンイチ 誠/マコト 大輔/ダイスケ 浩二/コウジ 直樹/ナオキ 剛/ツヨシ 翔太/ショウタ "
        "拓也/タクヤ 和也/カズヤ 隆/タカシ 学/マナブ 修/オサム 勇人/ユウト 慎吾/シンゴ "
        "正樹/マサキ 陽子/ヨウコ 美穂/ミホ 由美子/ユミコ 恵/メグミ 真由美/マユミ 千尋/チヒロ "
        "沙織/サオリ 彩/アヤ 奈々/ナナ 久美子/クミコ 裕子/ユウコ 麻衣/マイ 香織/カオリ "
        "智美/トモミ 亮/リョウ 徹/トオル 悟/サトル 茂/シゲル 祐介/ユウスケ 英樹/ヒデキ "
        "幸子/サチコ 綾乃/アヤノ 里奈/リナ"
    ).split()
)

ENGLISH_GIVEN = (
    "Emma Daniel Priya Marcus Wei Hannah Somchai Linh Oliver Grace Tomas Aisha Kevin Laura Arjun "
    "Chloe Ben Mei Felix Nora"
).split()
ENGLISH_FAMILY = (
    "Turner Nguyen Schmidt Tan Walker Srisai Clarke Müller Patel Lim Brooks Fischer Tran Hughes "
    "Ong Carter Weber Suwan"
).split()

# (department, title, whether such a person decides or influences the contract)
POSTS = (
    ("経営企画部", "部長", "decides"),
    ("製造部", "製造部長", "decides"),
    ("製造部", "課長", "influences"),
    ("品質保証部", "課長", "influences"),
    ("情報システム部", "主任", "influences"),
    ("生産管理課", "係長", "uses"),
    ("第一工場", "職長", "uses"),
    ("第二工場", "班長", "uses"),
    ("総務部", "担当", "uses"),
)
TRADE_POSTS = {
    "物流": (
        ("運行管理部", "部長", "decides"),
        ("配車センター", "センター長", "influences"),
        ("安全推進室", "室長", "influences"),
        ("営業所", "所長", "uses"),
        ("営業所", "運行管理者", "uses"),
    ),
    "建設・設備": (
        ("工事部", "工事部長", "decides"),
        ("安全品質管理室", "室長", "influences"),
        ("工事部", "現場所長", "uses"),
        ("工務課", "主任", "uses"),
        ("総務部", "担当", "uses"),
    ),
    "医療・介護": (
        ("事務部", "事務長", "decides"),
        ("看護部", "看護部長", "influences"),
        ("医療安全管理室", "室長", "influences"),
        ("看護部", "主任", "uses"),
        ("栄養課", "担当", "uses"),
    ),
    "商社": (
        ("営業本部", "本部長", "decides"),
        ("業務部", "課長", "influences"),
        ("物流管理課", "係長", "uses"),
        ("業務部", "担当", "uses"),
    ),
}
ENGLISH_POSTS = (
    ("Operations", "Director", "decides"),
    ("Plant", "Manager", "decides"),
    ("Quality", "Manager", "influences"),
    ("IT", "Lead", "influences"),
    ("Production", "Shift Supervisor", "uses"),
    ("Production", "Line Leader", "uses"),
)
