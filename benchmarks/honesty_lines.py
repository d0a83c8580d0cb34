"""The lines of the table of benchmarks/honesty.py: what is counted, its aim, its words."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """key: of the tally; low, high: the aim as shares; aim in words; en, ja: the question."""

    key: str
    en: str
    ja: str
    low: float = 0.0
    high: float = 1.0
    aim: str = ""
    aim_ja: str = ""


def _interval(key: str, en: str, ja: str) -> Line:
    return Line(
        f"{key}: holds the truth", f"interval holds the truth: {en}",
        f"区間が真の値を含む:{ja}", 0.93, 0.97, "93–97 %", "93–97 %",
    )  # fmt: skip


def _at_least(key: str, en: str, ja: str, share: float) -> Line:
    percent = f"{100 * share:g} %"
    return Line(key, en, ja, share, 1.0, f"≥ {percent}", f"{percent} 以上")


def _at_most(key: str, en: str, ja: str, share: float) -> Line:
    percent = f"{100 * share:g} %"
    aim = (f"≤ {percent}", f"{percent} 以下") if share else ("0 %", "0 %")
    return Line(key, en, ja, 0.0, share, *aim)


LINES = (
    _at_most("association: false among those shown",
             "“goes with renewal”: false ones among those shown",
             "「更新と関連あり」と出た指標のうち、誤り", 0.10),
    _at_most("nothing there: anything called an association",
             "nothing goes with renewal: something is called an association",
             "関連する指標が一つもない会社で、関連ありと出る", 0.10),
    Line("association: found of those there are",
         "“goes with renewal”: found, of those there are",
         "本当に関連する指標のうち、見つかる割合"),
    Line("association: no answer", "metrics told “not enough data yet”",
         "「まだ判断できません」となる指標"),
    _at_most("others held: false among candidates",
             "“candidate driver”: false ones among those shown",
             "「原因の候補」と出た指標のうち、誤り", 0.10),
    Line("others held: drivers found", "“candidate driver”: found, of the drivers there are",
         "本当の要因のうち、候補として見つかる割合"),
    Line("others held: no answer", "no answer with the other metrics held",
         "ほかの指標をそろえた答えが出ない"),
    _at_least("leak: moves after notice, flagged",
              "a metric that moves after notice is flagged",
              "解約通知のあとに動く指標を見抜く", 0.95),
    _at_least("leak: outcome renamed, flagged",
              "the outcome under another name is flagged",
              "結果に別の名前を付けただけの指標を見抜く", 0.95),
    _at_most("leak: honest metrics flagged", "honest metrics flagged", "正しい指標を疑ってしまう",
             0.01),
    _interval("renewal rate", "renewal rate", "更新率"),
    _interval("odds ratio per SD", "association of a metric", "指標と更新の関連"),
    _interval("odds ratio, others held", "the same with others held",
              "ほかの指標をそろえたときの関連"),
    _interval("playbook for those at risk", "what a playbook for those at risk did",
              "危ない顧客への施策の効果"),
    _interval("playbook for the healthy, no effect", "what one for the healthy did (nothing)",
              "元気な顧客への施策の効果(実際はなし)"),
    _interval("rolled out over time", "what a training rolled out over time did",
              "順に広げた研修の効果"),
    _interval("random hold-out", "random hold-out", "無作為の取り置き"),
    _interval("share still there after 12 months", "share still there after 12 months",
              "12 か月後に残っている割合"),
    _interval("hazard ratio", "hazard ratio (Cox)", "ハザード比(Cox)"),
    _interval("first step reached by day 45", "first step reached by day 45",
              "45 日目までに最初の段階に達した割合"),
    _interval("projection to the 10th renewal", "projection to the 10th renewal (sBG)",
              "10 回目の更新までの予測(sBG)"),
    _interval("ranking of a score (AUC)", "ranking of a score (AUC)", "スコアの並べる力(AUC)"),
    _interval("came against foretold", "came against foretold (O/E)", "予測と実際の比(O/E)"),
    _interval("edge of a tree (a month later)", "an edge of a KPI tree", "KPI ツリーの線"),
    Line("playbook for those at risk: looks harmful when counted only",
         "playbook that helps looks harmful when one only counts",
         "効果のある施策が、単純な集計では有害に見える"),
    _at_least("playbook for those at risk: sign right",
              "its sign is right with the confounders measured",
              "交絡要因が測ってあれば、効果の向きが正しい", 0.95),
    Line("playbook for those at risk: no answer", "no answer about it", "その施策について答えない"),
    Line("playbook for those at risk: shown to help", "shown to help, where there is an answer",
         "答えが出たとき、効果ありと示す"),
    _at_most("playbook for the healthy, no effect: called an effect",
             "playbook without effect is called one that has", "効果のない施策を効果ありと言う",
             0.05),
    _at_least("nobody comparable (given below a line): refused",
              "nobody comparable: refused", "比べられる顧客がいないとき、答えを断る", 0.95),
    _at_most("hidden cause, noted why chosen: called an effect",
             "reason for choosing was noted but not measured: called an effect",
             "選んだ理由は書かれたが測っていないのに「効果」と言う", 0.0),
    _at_most("hidden cause that shows in the past: called an effect",
             "hidden cause that shows in earlier use: called an effect",
             "隠れた要因が以前の利用に表れているのに「効果」と言う", 0.05),
    Line("hidden cause, nobody noted it: called an effect",
         "hidden cause that nobody noted and nothing shows: called an effect",
         "誰も書かず、どこにも表れない隠れた要因:「効果」と言う"),
    Line("hidden cause, nobody noted it: interval holds the truth",
         "…and how often the interval then holds the truth",
         "…そのとき区間が真の値を含む割合"),
    Line("rolled out to those who grew anyway: flagged",
         "training given to those who grew anyway: noticed",
         "もともと伸びていた顧客への研修だと気づく"),
    _at_most("hold-out without effect, five looks: called a difference",
             "hold-out without effect, five planned looks: called a difference",
             "効果のない取り置きを計画どおり 5 回見る:差ありと言う", 0.05),
    Line("hold-out without effect, five careless looks at 5 %",
         "the same with five careless looks at 5 %", "同じものを、補正なしで 5 回見る"),
)  # fmt: skip
