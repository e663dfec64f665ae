"""The demo shop's rules on words: what goes to a human at once, and what only sounds like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.decide_handoff import decide_at_once
from bot.rules import HANDOFF_FILE, load_handoff_rules

RULES = load_handoff_rules(Path(__file__).parents[3] / HANDOFF_FILE)

TOLD_ZH = {
    "self_harm": [
        "钱退不回来我就不想活了",
        "被骗光了积蓄，想自杀",
        "再不处理我就去跳楼",
        "真的活着没意思",
        "我今天就死给你们看",
    ],
    "swallowed": [
        "孩子把小零件吞了,在医院",
        "宝宝刚才吞下了一颗磁力珠，怎么办",
        "我家狗把干燥剂吃进肚子里了",
        "小孩誤吞了鈕扣電池",
        "儿子玩的时候，零件卡住喉咙了",
    ],
    "fire_or_smoke": [
        "充电宝鼓包了还冒烟,把我手烫了",
        "昨晚充电器着火了，窗帘都烧了",
        "手机充着电突然爆炸了",
        "一插电就冒火花，不敢用了",
        "行動電源冒煙了，怎麼辦",
        "没想到才用两天就冒烟",
        "不知道为什么一充电就会冒烟",
        "充电的时候会冒烟，正常吗",
        "洗衣机漏电，碰一下手麻",
        "没有爆炸，但是冒烟了",
        "太可怕了充电宝爆炸了",
        "冒烟了你们管不管？",
        "没几天就自燃了 家里差点烧没了",
        "怎么会冒烟呢？",
        "空气炸锅着火了",
        "价格不便宜，结果充电器炸了",
    ],
    "allergic_reaction": [
        "用了你们的面霜脸过敏了",
        "穿了一天就起红疹，痒死了",
        "敷完面膜眼睛肿了",
        "吃完嘴唇都肿起来了 呼吸困难",
        "過敏了能不能退",
    ],
    "injured": [
        "热水壶漏水，孩子被烫伤了",
        "刀柄断了，割到手流血了",
        "椅子塌了，我妈摔骨折住院了",
        "吃了你们的坚果上吐下泻",
        "玻璃杯边上有缺口，划破手了，去医院缝了三针",
        "不小心被烫到手，起了好大的泡",
    ],
    "legal_threat": [
        "再不退款我就打12315",
        "我已经找律师了",
        "等着收律师函吧",
        "你们不退钱，法院见",
        "要是明天还不发货我就去消协投诉",
        "我要起诉你们",
        "如果不赔我就走法律程序",
        "骗人的店，我要报警",
        "我要去市场监管局举报",
    ],
    "media_threat": [
        "不解决我就去网上曝光",
        "我要找记者来采访你们",
        "明天就上热搜吧",
        "我发到小红书让大家看看你们的嘴脸",
    ],
}
NEAR_ZH = [
    "电池安全吗",
    "充电宝会爆炸吗？",
    "这个充电宝会不会着火",
    "整晚充电会不会起火",
    "你们的充电宝爆炸过吗",
    "如果冒烟了怎么办",
    "万一孩子误吞了零件找谁",
    "担心它会漏电",
    "没有冒烟，就是充不进电",
    "还好没人受伤，就是箱子破了",
    "没有过敏，挺好用的",
    "这款有防漏电保护吗",
    "烟雾报警器多少钱",
    "空气炸锅怎么清洗",
    "等得我嗓子都冒烟了",
    "气得我七窍冒烟",
    "价格爆炸好，还有货吗",
    "跳楼价还能再便宜吗",
    "想死你们家的饼干了",
    "收货地址改成市人民医院住院部3楼",
    "我在医院上班，周末能送吗",
    "寄到区法院家属院",
    "送到金杜律师事务所前台",
    "说是你们的法务要起诉我 让我还钱 是真的吗",
    "收到一封律师函，是你们寄的吗",
    "单号 SO202612315001 到哪了",
    "订单尾号12345的帮我查下",
    "短信轰炸 停",
    "系统把我的优惠券吞了",
    "过敏肌能用吗",
    "我对坚果过敏，这个能吃吗",
    "容易起火吗这种电池",
    "起火的风险大吗",
    "我不会起诉你们的，只想退货",
    "这台相机怎么调曝光补偿",
    "有没有人被烫伤过",
    "三岁的孩子能玩吗，有小零件吗",
    "平板发烫",
    "帮我转告你们经理",
    "箱子在路上受伤了，外面破了个洞",
]
TOLD_EN = {
    "self_harm": [
        "i lost everything, i just want to die",
        "If you don't refund me I'll kill myself",
        "I don't want to live like this",
        "no reason to live after this scam",
    ],
    "swallowed": [
        "my son swallowed a small magnet from the set",
        "The dog has eaten the silica bag, a battery too",
        "she's choking on a part of the toy",
        "my toddler just swallowed one of the screws",
    ],
    "fire_or_smoke": [
        "the charger caught fire last night",
        "There is smoke coming out of the power bank",
        "my phone exploded while charging",
        "the battery is swollen and hot",
        "it starts smoking if I plug it in",
        "The kettle gave me a shock",
        "if I plug it in, it starts smoking",
        "is it normal that it's smoking",
        "it hasn't exploded but there's smoke pouring out of it",
        "No idea why, but the plug melted",
        "can you help, my power bank blew up in my bag and the charger melted",
        "help the laptop is on fire",
        "bought it in the sale and it caught fire",
    ],
    "allergic_reaction": [
        "I had an allergic reaction to your cream",
        "my face is swollen since I used the mask",
        "came out in hives after wearing it",
        "The strap gave me a nasty rash, I want my money back",
        "she ate one and can't breathe properly",
    ],
    "injured": [
        "it burned my hand",
        "my daughter was scalded by the kettle",
        "The blade slipped and I cut my finger, needed stitches",
        "we all got food poisoning from the nuts",
        "My mother ended up in hospital because the chair collapsed",
        "I got burnt when the lid came off",
        "the lamp fell and hurt my son",
    ],
    "legal_threat": [
        "I will see you in court",
        "You'll hear from my lawyer",
        "refund me or I'll sue you",
        "I'm taking this to small claims",
        "I am reporting you to trading standards tomorrow",
        "I'm calling the police, this is fraud",
        "if it isn't here tomorrow I will take legal action",
        "i'll take you to court over this",
    ],
    "media_threat": [
        "I'm going to the press with this",
        "I'll post this all over Facebook",
        "wait until I tell the newspapers",
        "I will expose you",
    ],
}
NEAR_EN = [
    "is the battery safe?",
    "can it explode?",
    "will this catch fire if I leave it charging",
    "has your charger ever exploded?",
    "what if it caught fire, who pays",
    "It didn't catch fire, it just won't switch on",
    "no smoke, no sparks, simply dead",
    "nobody was hurt but the box is crushed",
    "it never exploded or anything, works fine",
    "do you sell smoke detectors",
    "this sale is on fire",
    "is the Fire TV stick in stock",
    "a no smoking sign please",
    "smoked salmon gift box",
    "I got burnt with fakes before, how do I know these are real",
    "technician charged me extra and smoked in my house, I'm making a complaint",
    "lawyer letter saying I owe you money, did you send that",
    "deliver it to the hospital, ward 3",
    "mum is in hospital and needs that bed table, please send it at once",
    "I work at the court house, can you deliver there",
    "do you have tennis court shoes",
    "is there a risk of an allergic reaction",
    "I'm allergic to nuts, is it safe for me",
    "can the small parts be swallowed",
    "does it cause an allergic reaction on sensitive skin",
    "I don't want to sue anyone, just send my parcel",
    "my daughter would die for this bag",
    "press the button and nothing happens",
    "does the media player play mp4",
    "burning question: when do you restock",
    "the site swallowed my coupon",
    "where is my order 12315001",
    "do you follow me on instagram",
    "I have a rash guard in my basket",
    "is the suicide squad poster in stock",
    "my order is bleeding edge tech, when will it come",
    "have they ever caught fire",
    "I'm not going to the press, I only want an answer",
    "the colour is burnt orange, right?",
    "done with you people, kill my account",
]


def fired(text: str) -> str | None:
    decision = decide_at_once(RULES, "m", text)
    return decision.rule.id if decision else None


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for table in (TOLD_ZH, TOLD_EN) for rule, texts in table.items() for text in texts]
)
def test_what_is_told_goes_to_a_human(rule: str, text: str) -> None:
    assert fired(text) == rule


@pytest.mark.parametrize("text", [*NEAR_ZH, *NEAR_EN])
def test_what_only_sounds_like_it_stays_with_the_bot(text: str) -> None:
    assert fired(text) is None


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert min(sum(map(len, TOLD_ZH.values())), sum(map(len, TOLD_EN.values())), len(NEAR_ZH), len(NEAR_EN)) >= 30


def test_an_agent_reads_which_words_it_was() -> None:
    decision = decide_at_once(RULES, "m", "充电宝鼓包了还冒烟")
    assert decision is not None
    assert decision.handoff.words == "冒烟、鼓包"
