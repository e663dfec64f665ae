"""What the customer meant to type, by the words of the articles."""

import pytest

from kb.lexical import Postings
from kb.reading import Reader, spelt_in_pinyin

ARTICLES = [
    "退货政策 快递 密码 税号 邮费 手续费 积分 换货",
    "怎么找到 我在 写 买 可以 的",
    "warranty refund invoice address the want",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.learn(Postings.of(ARTICLES))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("我要腿货", "我要退货"),
        ("快弟到哪了", "快递到哪了"),
        ("密马忘了", "密码忘了"),
        ("分期手序费", "分期手续费"),
        ("tuihuo", "退货"),
        ("how do I use my jifen", "how do i use my 积分"),
        ("refudn please", "refund please"),
        ("waranty", "warranty"),
        ("wrong adress", "wrong address"),
        ("退貨", "退货"),
    ],
)
def test_what_is_no_word_is_read_as_one(reader: Reader, typed: str, meant: str) -> None:
    assert reader.read(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "退货政策",
        "买完第二天",  # 卖完 sounds alike, 买 is a word here
        "it wasnt there",  # no slip of "want"
        "tiktok and spotify",
        "my house is on fire",  # English words that no article has
        "accounts@inv.oice",
        "",
        "123",
        "🙂",
    ],
)
def test_words_are_left_as_they_are(reader: Reader, text: str) -> None:
    assert reader.read(text) == text


def test_stored_and_read_back_it_reads_the_same(reader: Reader) -> None:
    again = Reader.of(reader.postings, reader.arrays())
    assert again.read("我要腿货, refudn") == reader.read("我要腿货, refudn") == "我要退货, refund"


def test_pinyin_is_cut_into_syllables() -> None:
    assert spelt_in_pinyin("tuihuo") == ["tui", "huo"]
    assert spelt_in_pinyin("shoujihao") == ["shou", "ji", "hao"]
    assert spelt_in_pinyin("refund") == []
