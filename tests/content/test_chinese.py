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

FOR_OPERATORS = ("operator.", "sandbox.")

HALF_WIDTH_PUNCTUATION = re.compile(
    r"[\u4e00-\u9fff\u2019\u201d\uff09][,;:?!()\"']|[,;:?!(\"'][\u4e00-\u9fff\u2018\u201c\uff08]"
)
"""A half-width punctuation mark beside a Chinese character."""

MISSING_SPACE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9/`]|[A-Za-z0-9`][\u4e00-\u9fff]")
"""A Latin letter or digit beside a Chinese character, without a space between them."""

TRADITIONAL = re.compile(r"[們這個來說對時為會過還沒樣嗎問聽讓關係訪應該導師團隊]")
"""Common characters whose simplified form differs from the traditional one."""

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
    aloud = {key for key in ALL if re.search(r"-\w+\.say$|^P\d+\.text$", key)}

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
    assert all("r = .11" in text and "n.s." in text for text in texts)


def test_chinese_figures_equal_the_english_ones() -> None:
    """A translated card contains the same figures."""
    figures = r"r = \.\d\d|\d[\d,]*(?= (?:studies|qualitative|clients|adults|项|名))"
    for chinese, english in zip(CHINESE.tips, CATALOGUE.get_pack("en").tips, strict=True):
        chinese_figures = re.findall(figures, chinese.point.replace("三万多名", "30,000 名"))

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
    assert CHINESE.format_day_with_year(date(2026, 11, 30)) == "2026年11月30日"
    assert CHINESE.format_clock_time(time(9, 5)) == "09:05"
    assert CHINESE.join_items(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert "1 次" in CHINESE.translate("home.mine.quiet", count=1)
