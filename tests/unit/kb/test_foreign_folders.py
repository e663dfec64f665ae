"""Folders that were not written for us: Markdown in one language, without heads, of another world."""

from datetime import date
from pathlib import Path

import pytest

from kb.lint import lint
from kb.passages import MOST_PASSAGES
from kb.search import KnowledgeBase

BICYCLES_EN = {
    "hire.md": "# Hiring a bicycle\n\nShow an identity card at the counter and choose a bicycle. An hour costs 4 "
    "euros, a whole day 15.\n\n## Groups\n\nTen people and more pay a third less. Please ring two days before.\n",
    "breakdown.md": "# Flat tyre or broken chain\n\nCall us from where you are. We bring another bicycle within the "
    "city at no cost.\n\n## Outside the city\n\nTake a taxi and keep the receipt: we pay up to 30 euros.\n",
    "children/seats.md": "# Seats and helmets for children\n\nA child seat carries up to 22 kilograms. Helmets come in "
    "three sizes and cost nothing.\n",
    "children/index.md": "# Riding with children\n\nThe path along the canal has no cars.\n",
    "routes/index.md": "# Where to ride\n\nThe lake is 12 kilometres away. The path is flat and signposted in blue.\n",
    "theft.md": "# The bicycle was stolen\n\nGo to the police first, then send us the report. With the lock locked you "
    "pay 100 euros, otherwise the whole price.\n",
    "hours.md": "# Opening hours\n\nFrom April to October daily from eight to eight, in winter only at weekends.\n",
    "deposit.md": "---\nlayout: page\ntags: money, card\ndate: 2020-01-01\n---\n# Deposit\n\nWe block 50 euros on your "
    "credit card and release them when the bicycle is back.\n",
    "broken.md": "---\ntitle: {{ site.title }}: x\n---\nA template, and no article.\n",
}
ASKED_EN = {
    "what does it cost to rent a bike for a day": "hire",
    "we are fifteen people, is it cheaper": "hire",
    "my chain snapped": "breakdown",
    "do you have helmets for my daughter": "seats",
    "somebody took the bike while I was in a shop": "theft",
    "until when are you open in winter": "hours",
    "how much do you block on my card": "deposit",
    "how far is it to the lake": "routes-index",
    "租一天自行车要多少钱": "hire",
}
BICYCLES_ZH = {
    "租车.md": "# 怎么租车\n\n在柜台出示身份证，选一辆车就可以骑走。一小时 10 元，一整天 50 元。\n\n"
    "## 团体\n\n十人以上打七折，请提前两天打电话。\n",
    "故障.md": "# 爆胎或者链条断了\n\n在原地给我们打电话，市区内免费换一辆车。\n",
    "儿童.md": "# 儿童座椅和头盔\n\n座椅最多承重 22 公斤，头盔有三种尺寸，不收钱。\n",
    "被盗.md": "# 车被偷了怎么办\n\n先去派出所报案，再把回执发给我们。锁好了只赔 300 元，没锁要按原价赔。\n",
    "时间.md": "# 营业时间\n\n四月到十月每天八点到二十点，冬天只开周末。\n",
    "押金.md": "# 押金\n\n信用卡预授权 200 元，还车后解冻。\n",
}
ASKED_ZH = {
    "租一辆车骑一天多少钱": "租车",
    "鏈條斷了怎麼辦": "故障",
    "有没有小孩戴的头盔": "儿童",
    "车子不见了，应该是被人偷走了": "被盗",
    "冬天几点开门": "时间",
    "要交多少押金": "押金",
    "how much is the deposit": "押金",
}
ELSEWHERE = [
    "how do I bake bread",
    "who won the election",
    "红烧鱼怎么做",
    "今天股市涨了吗",
    "what is the speed of light",
]


def opened(folder: Path, files: dict[str, str]) -> KnowledgeBase:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "notes.md").write_text("# Not an article\n", encoding="utf-8")
    return KnowledgeBase.open(folder, lambda: date(2026, 11, 22))


@pytest.mark.parametrize(
    ("files", "asked", "least"), [(BICYCLES_EN, ASKED_EN, 8), (BICYCLES_ZH, ASKED_ZH, 6)], ids=["en", "zh"]
)
def test_questions_find_their_page_and_others_score_low(
    tmp_path: Path, files: dict[str, str], asked: dict[str, str], least: int
) -> None:
    knowledge = opened(tmp_path, files)
    hits = {question: knowledge.search(question, "en")[0] for question in asked}
    right = [question for question, slug in asked.items() if hits[question].slug == slug]
    assert len(right) >= least, [(question, hits[question].slug) for question in asked if question not in right]
    scores = sorted(hits[question].score for question in right)
    outside = sorted(knowledge.search(question, "en")[0].score for question in ELSEWHERE)
    assert scores[len(scores) // 2] > 0.5 > outside[len(outside) // 2]
    assert sum(score >= 0.5 for score in outside) <= 1


def test_the_broken_page_is_told_and_the_rest_serves(tmp_path: Path) -> None:
    knowledge = opened(tmp_path, BICYCLES_EN)
    (fault,) = knowledge.faults
    assert "broken.md" in fault


def test_the_right_section_answers(tmp_path: Path) -> None:
    hit = opened(tmp_path, BICYCLES_EN).search("we are a group of fifteen people", "en")[0]
    assert (hit.slug, hit.section) == ("hire", "Groups")


def test_pages_of_one_name_stay_apart(tmp_path: Path) -> None:
    knowledge = opened(tmp_path, BICYCLES_EN)
    assert knowledge.search("riding with children along the canal", "en")[0].slug == "index"
    assert knowledge.search("where to ride, how far is the lake", "en")[0].slug == "routes-index"


def test_a_log_without_end_is_searched_from_its_beginning_only(tmp_path: Path) -> None:
    log = "# Changes\n\n" + "".join(f"## Version {number}\n\nFault {number} mended.\n\n" for number in range(3000))
    knowledge = opened(tmp_path, {**BICYCLES_EN, "changes.md": log})
    assert len(knowledge._live.index) < MOST_PASSAGES + 50
    assert knowledge.search("do you have helmets for my daughter", "en")[0].slug == "seats"
    assert any("changes.md: only its first" in fault for fault in lint(tmp_path))


PAGES = {
    "gbk.md": "# 修改密码\n\n在设置里点修改密码，输入旧密码和新密码就行了。\n".encode("gbk"),
    "big5.md": "# 網路設定\n\n請把路由器的位址設成自動取得，然後重新開機。\n".encode("big5"),
    "utf16.md": "# Licences\n\nOne licence covers five users.\n".encode("utf-16"),
    "NOTES.MD": b"# Keyboard shortcuts\n\nCtrl K opens the search.\n",
    "hooks.markdown": b"# Webhooks\n\nWe send JSON to your address.\n",
}


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("怎么改密码", "gbk"),
        ("路由器怎麼設", "big5"),
        ("users per licence", "utf16"),
        ("shortcuts of the keyboard", "NOTES"),
        ("where do webhooks go", "hooks"),
    ],
)
def test_any_encoding_and_ending_is_read(tmp_path: Path, question: str, slug: str) -> None:
    for name, data in PAGES.items():
        (tmp_path / name).write_bytes(data)
    hit = opened(tmp_path, {}).search(question, "zh")[0]
    assert hit.slug == slug
    assert "\ufffd" not in hit.title + hit.answer
