from __future__ import annotations

import pytest

from bot.nlu.clauses import clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("我想续借这本书，另外图书馆周末开吗", ["我想续借这本书", "图书馆周末开吗"]),
        ("续借这本书 顺便问下周末开馆吗", ["续借这本书", "问下周末开馆吗"]),
        ("书丢了怎么办？要赔多少钱。", ["书丢了怎么办", "要赔多少钱"]),
        ("renew my loan and tell me when you close", ["renew my loan", "tell me when you close"]),
        ("Renew my loan. Also, when do you close?", ["Renew my loan", "when do you close"]),
        ("renew my loan, btw is the cafe open", ["renew my loan", "is the cafe open"]),
        ("renew it, please, when do you close", ["renew it", "when do you close"]),
        ("我要renew loan，几点关门", ["我要renew loan", "几点关门"]),
    ],
)
def test_parts(text: str, parts: list[str]) -> None:
    assert [text[clause.start : clause.end].strip() for clause in clauses(text)] == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "，。！",
        "续借",
        "续借，谢谢",
        "it costs 1,299.00",
        "the sandbox is broken",
        "thanks, renew my loan",
        "mail me at a.b@example.org",
        "好，行，嗯，可以",
        "一句话。" * 6,
        "很长的一句话，" * 100,
    ],
)
def test_one_part_or_far_too_many_is_none(text: str) -> None:
    assert clauses(text) == []


def test_words_like_also_announce_another_request() -> None:
    assert [clause.announced for clause in clauses("renew my loan and also tell me when you close")] == [False, True]
    assert [clause.announced for clause in clauses("renew my loan, tell me when you close")] == [False, False]
    assert [clause.announced for clause in clauses("帮我续借一下，还有几点关门")] == [False, True]
