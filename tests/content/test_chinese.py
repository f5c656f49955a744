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
"""What scolds, labels a client or promises more than the studies do, as English forbids it."""

ELSEWHERE = ("病人|患者|案主", "匿名", "接地", "退行", "督导者", "工作联盟")
"""What supervision in China says otherwise: 来访者, 汇总, 让自己稳下来, 退缩, 督导师, 治疗联盟."""

FOR_OPERATORS = ("operator.", "tryout.")

HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff\u2019\u201d\uff09][,;:?!()\"']|[,;:?!(\"'][\u4e00-\u9fff\u2018\u201c\uff08]"
)
"""A sign of half a width beside a Chinese character."""

CROWDED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9/`]|[A-Za-z0-9`][\u4e00-\u9fff]")
"""Latin letters or digits right beside a Chinese character, with no space between."""

TRADITIONAL = re.compile(r"[們這個來說對時為會過還沒樣嗎問聽讓關係訪應該導師團隊]")
"""Common characters that simplified writing has in another shape, where the two differ."""

CLAIM = re.compile(r"(项(质性)?研究|元分析|对.+的研究|证据|r = )")


def spoken(pattern: str) -> set[str]:
    """Return where *pattern* is said to somebody who does not run the bot."""
    return {
        where
        for where, text in ALL.items()
        if not where.startswith(FOR_OPERATORS) and re.search(pattern, text)
    }


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_chinese_sentence_scolds_labels_or_promises(pattern: str) -> None:
    """The tone that is refused in English is refused in Chinese."""
    assert spoken(pattern) == set()


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_the_terms_are_those_of_the_trade(pattern: str) -> None:
    """Nobody reads of patients, of regression, or of figures made anonymous, a term of law."""
    assert spoken(pattern) == set()


def test_signs_are_full_width_and_latin_stands_free() -> None:
    """Chinese has its own signs, and a space around commands and numbers; a date needs none."""
    assert {where for where, text in ALL.items() if HALF_WIDTH.search(text)} == set()
    assert {where for where, text in ALL.items() if CROWDED.search(text)} == {"source.attribution"}


def test_the_writing_is_simplified() -> None:
    """No common character slipped in with its traditional shape."""
    assert {where for where, text in ALL.items() if TRADITIONAL.search(text)} == set()


def test_the_reader_is_addressed_with_respect() -> None:
    """The reader is 您; 你 is for what a clinician says aloud, and there alone."""
    aloud = {where for where in ALL if re.search(r"-\w+\.say$|^P\d+\.text$", where)}

    assert {where for where, text in ALL.items() if re.search("你(?!们)", text)} <= aloud
    assert {where for where in aloud if "您" in ALL[where]} == set()


def test_nobody_is_a_man_or_a_woman_by_default() -> None:
    """A client is 来访者 or 对方, whose gender nobody has to know."""
    assert {where for where, text in ALL.items() if re.search("(?<!其)他(?!们)|她", text)} == set()


def test_every_claim_in_chinese_is_an_association_with_its_source() -> None:
    """A card that speaks of studies has a reference, and a figure is 相关 and no cause."""
    for tip in CHINESE.tips:
        claims = CLAIM.search(f"{tip.point} {tip.try_this}")

        assert not claims or tip.reference in CHINESE.references
        assert "r =" not in tip.point or re.search("与.+相关", tip.point)


def test_the_null_result_stands_wherever_training_is_named_in_chinese() -> None:
    """Whoever reads of 培训 reads that its link with outcome was not significant."""
    named = [text for text in ALL.values() if re.search("培训|训练", text)]

    assert named
    assert all("r = .11" in text and "n.s." in text for text in named)


def test_figures_are_those_of_the_english_cards_in_chinese() -> None:
    """A translation tells the same numbers."""
    figures = r"r = \.\d\d|\d[\d,]*(?= (?:studies|qualitative|clients|项|名))"
    for chinese, english in zip(CHINESE.tips, CATALOGUE.get_pack("en").tips, strict=True):
        found = re.findall(figures, chinese.point.replace("三万多名", "30,000 名"))

        assert found == re.findall(figures, english.point)


def test_no_chinese_phrase_promises_secrecy_or_an_outcome() -> None:
    """What a clinician says aloud binds them, in Chinese as well."""
    promised = re.compile("保密|不会告诉|只有我们|会好起来|会好的|承诺|答应")

    assert not any(promised.search(phrase.text) for phrase in CHINESE.phrases.values())


def test_disclosing_phrases_carry_their_caution_in_chinese() -> None:
    """The two phrases that tell how the therapist feels say that they serve the client."""
    for code in ("P6", "P12"):
        assert "对来访者有益" in CHINESE.phrases[code].caution


def test_dates_times_and_lists_are_written_as_in_china() -> None:
    """Dates, weekdays, times and lists are Babel's; the form for several is the only one."""
    assert CHINESE.format_day(date(2026, 11, 30)) == "11月30日星期一"
    assert CHINESE.format_day_with_year(date(2026, 11, 30)) == "2026年11月30日"
    assert CHINESE.format_clock_time(time(9, 5)) == "09:05"
    assert CHINESE.join_items(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert "1 次" in CHINESE.translate("home.mine.quiet", count=1)
