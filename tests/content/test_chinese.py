"""Terminology, tone and typography of the Chinese texts."""

import re
from datetime import date, time

import pytest

from tests.content.wording import CATALOGUE, all_texts

CHINESE = CATALOGUE.get_pack("zh-Hans")
ALL = all_texts(CHINESE)

FORBIDDEN = (
    "必须",
    "应该|应当",
    "失败",
    "阻抗",
    "操纵",
    "不配合|不依从",
    "困难(的)?来访者",
    "证明了?",
    "保证|确保",
    "治愈|疗愈",
    "(改善|提高|提升)疗效",
    "逾期|别忘了|不要忘",
)
"""Words that scold, label a client or claim more than the studies support, as in English."""

OTHER_TERMS = ("病人|患者|案主", "匿名", "接地", "退行", "督导者", "工作联盟")
"""Words avoided in Chinese supervision, for 来访者, 汇总, 让自己稳下来, 退缩, 督导师, 治疗联盟."""

REPLACED_TERMS = {
    "掰弯": "net slang for making somebody gay; 曲解",
    "发热(的|了)?第一个": "reads as having a fever; 情绪上来",
    "变响": "a volume has 变大, not a person's change; 声音变大",
    "短信": "an SMS, which the bot never sends; 说明, 消息",
    "跟不上我": "puts the fault on the client; 我没有顾上你",
    "顶": "answering back, said of a disrespectful child; 对抗, 反抗, 表示反对",
    "(关于.{1,6}的|是|我们的)消息": "news or a chat message, not information on somebody; 线索",
    "[次个件道]张力|小小的张力|(补好|补起).{0,3}张力|值得回头的张力|谈一次张力|张力发生的次数": (
        "tension is not countable and cannot be mended; 紧张, 裂痕, 有张力的时刻"
    ),
    "一起工作": "what colleagues do; 一起做咨询",
    "(?<!没)(?<!所)有(留意|想|注意|感觉)到": "有 before a verb is not standard here; 到了",
    "钟点": "a literal translation of hours; 会谈",
    "[这那某]一小时|整整一小时|的一小时|^一小时": "an hour that means a session; 会谈, 这段时间",
    "一臂的距离": "a literal translation of arm's length; 保持距离",
    "沮丧": "dejected, where the English means frustrated; 烦躁",
    "受挫|挫败": "defeated, where the English means frustrated; 恼火",
    "够用了": "said of supplies; 不需要别的支持",
    "走法": "a move in chess; 做法, 任务",
    "同调": "a term of few schools; 调谐",
    "(?<!个案)概念化": "concept formation when it stands alone; 个案概念化",
    "或者陪伴": "company for an outing; 听我说说",
    "动向": "the movements of an enemy; 变化",
    "从身上过去": "a literal translation of passing through; 过去",
    "够得着": "said of a shelf; 联系得到",
    "滑落|滑出口": "a literal translation of slipping; 漏掉, 落空, 脱口而出",
    "可以核对一下吗": "a question inside a question; 我们来核对一下",
    "自己感到我们": "a literal translation of noticing oneself feel; 我感觉",
    "快碰到一件事": "a collision; 差一点谈到",
    "请你敞开(?!心扉)": "without an object it is a coat or a door; 敞开心扉",
    "你的人生": "a whole life, and too grand; 那么多自己的事",
    "守望": "a look-out for others' sake; 放哨",
    "人不在": "said of the dead; 心不在这里",
    "意见不合过": "ungrammatical; 有过分歧",
    "由什么做成": "said of an object; 由什么构成",
    "天的边上|小小的冷风": "literal translations; 排满的一天, 微微一凉",
    "说错了妹妹": "ungrammatical; 把姐姐和妹妹弄混了",
    "看您的脸": "judging looks; 看您的表情",
    "打在您": "said of a blow; 戳中您",
    "做担忧": "ungrammatical; 处理担忧",
    "不是因果|因果结论": "claims more than a correlation shows; 不能据此断定因果",
    "首字母": "Chinese names have none; 姓名缩写",
    r"n\.s\.|r = \.": "figures of English papers; 不显著, r = 0.29",
    "自己的记录": "part of a client's file; 私人的日程本",
}
"""Expressions that native readers stumbled over: each with the reason and what to write instead."""

FOR_OPERATORS = ("operator.", "environment.", "sandbox.")

HALF_WIDTH_PUNCTUATION = re.compile(
    r"[\u4e00-\u9fff\u2019\u201d\uff09][,;:?!()\"']|[,;:?!(\"'][\u4e00-\u9fff\u2018\u201c\uff08]"
)
"""A half-width punctuation mark beside a Chinese character."""

MISSING_SPACE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9/`]|[A-Za-z0-9`][\u4e00-\u9fff]")
"""A Latin letter or digit beside a Chinese character, without a space between them."""

TRADITIONAL = re.compile(r"[們這個來說對時為會過還沒樣嗎問聽讓關係訪應該導師團隊]")
"""Common characters whose simplified form differs from the traditional one."""

SPOKEN_KEY = (
    r"-\w+\.say$|^P\d+\.text$|^rehearsal\..+\.(reply|example)$"
    r"|^supervision_guide\.say_supervising\.\w+$"
)
"""The keys of sentences that a clinician, a client or a supervisor says aloud."""

CLAIM = re.compile(r"(项(质性)?研究|元分析|对.+的研究|证据|r = )")


def keys_with(pattern: str) -> set[str]:
    """Return the keys of the texts that match *pattern*, without the operator's."""
    return {
        key
        for key, text in ALL.items()
        if not key.startswith(FOR_OPERATORS) and re.search(pattern, text)
    }


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_chinese_sentence_scolds_labels_or_promises(pattern: str) -> None:
    """No Chinese text contains a forbidden word."""
    assert keys_with(pattern) == set()


@pytest.mark.parametrize("pattern", OTHER_TERMS)
def test_terms_are_those_of_chinese_supervision(pattern: str) -> None:
    """No text speaks of patients, regression or anonymity, which is a legal term."""
    assert keys_with(pattern) == set()


@pytest.mark.parametrize("pattern", REPLACED_TERMS)
def test_replaced_expressions_do_not_return(pattern: str) -> None:
    """No text contains an expression that a native reader stumbled over."""
    assert keys_with(pattern) == set(), REPLACED_TERMS[pattern]


def test_punctuation_is_full_width_and_latin_text_is_spaced() -> None:
    """Chinese punctuation is full-width, and commands and numbers are surrounded by spaces."""
    assert {key for key, text in ALL.items() if HALF_WIDTH_PUNCTUATION.search(text)} == set()
    assert {key for key, text in ALL.items() if MISSING_SPACE.search(text)} == {
        "source.attribution"
    }


def test_characters_are_simplified() -> None:
    """No text contains a traditional character."""
    assert {key for key, text in ALL.items() if TRADITIONAL.search(text)} == set()


def test_the_reader_is_addressed_with_respect() -> None:
    """The reader is 您; only sentences that a clinician uses aloud contain 你."""
    aloud = {key for key in ALL if re.search(SPOKEN_KEY, key)}

    assert {key for key, text in ALL.items() if re.search("你(?!们)", text)} <= aloud
    assert {key for key in aloud if "您" in ALL[key]} == set()


def test_clients_have_no_gender() -> None:
    """A client is 来访者 or 对方, without a gendered pronoun."""
    assert {key for key, text in ALL.items() if re.search("(?<!其)他(?!们)|她", text)} == set()


def test_every_claim_in_chinese_is_an_association_with_its_source() -> None:
    """A card that cites studies has a reference, and a correlation is 相关, not a cause."""
    for tip in CHINESE.tips:
        claims = CLAIM.search(f"{tip.point} {tip.try_this}")

        assert not claims or tip.reference in CHINESE.references
        assert "r =" not in tip.point or re.search("与.+相关", tip.point)


def test_chinese_texts_on_training_state_the_null_result() -> None:
    """A text about 培训 states that its association with outcome was not significant."""
    texts = [text for text in ALL.values() if re.search("培训|训练", text)]

    assert texts
    assert all("r = 0.11" in text and "不显著" in text for text in texts)


def test_chinese_figures_equal_the_english_ones() -> None:
    """A translated card contains the same figures, correlations with a zero before the point."""
    figures = r"r = \.\d\d|\d[\d,]*(?= (?:studies|qualitative|clients|adults|项|名))"
    for chinese, english in zip(CHINESE.tips, CATALOGUE.get_pack("en").tips, strict=True):
        point = chinese.point.replace("三万多名", "30,000 名").replace("r = 0.", "r = .")
        chinese_figures = re.findall(figures, point)

        assert chinese_figures == re.findall(figures, english.point)


def test_no_chinese_phrase_promises_secrecy_or_an_outcome() -> None:
    """No phrase to use aloud promises confidentiality or recovery."""
    promised = re.compile("保密|不会告诉|只有我们|会好起来|会好的|承诺|答应")

    assert not any(promised.search(phrase.text) for phrase in CHINESE.phrases.values())


def test_disclosing_phrases_carry_their_caution_in_chinese() -> None:
    """The two phrases that disclose the therapist's feelings have a caution to serve the client."""
    for code in ("P6", "P12"):
        assert "对来访者有益" in CHINESE.phrases[code].caution


def test_dates_times_and_lists_have_chinese_formats() -> None:
    """Dates, weekdays, times and lists have Babel's Chinese formats, with one plural form."""
    assert CHINESE.format_day(date(2026, 11, 30)) == "11月30日星期一"
    assert CHINESE.format_clock_time(time(9, 5)) == "09:05"
    assert CHINESE.join_items(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert "1 次" in CHINESE.translate("home.mine.quiet", count=1)
