"""What people say before a question: "wait,", "hi there", 等一下，对了. It is about the talk, not about the matter.

A sentence vector takes it for part of the matter: 等一下 makes a question about returns one about waiting.
"""

from __future__ import annotations

import re

_ZH = (
    "等一下|等下|等等|稍等|慢着|先等等|对了|话说|那个|您好|你好(?!评)|哈喽|哈啰|在吗|在不在|有人吗|不好意思|打扰了|打扰一下"
    "|请问一下|请问|我?(?:还|再)?想问(?:一下|下)?|(?:麻烦|顺便|再)?问(?:一下|下)|顺便问"
)
_ZH_WITH_SIGN = "嗯+|哦+|噢|啊|诶|哎|唉|喂|额|呃|嗨|亲+|客服|好的?|行"
_EN = (
    "wait|hold on|hang on|one moment|one sec|sorry|excuse me|pardon me|oh|ah|um+|uh+|er+m?|hmm+|well|so|ok|okay|hey"
    "|hi|hello|hey there|hi there|hello there|good morning|good afternoon|good evening|by the way|btw|question"
    "|quick question"
    "|just wondering|actually|before that|before i do that|one more thing|another thing|please"
)
# Many of them also begin words and sentences that mean them: 喂食器, 客服几点上班, "wait times".
_LEAD_IN = re.compile(
    rf"\s*(?:(?:{_ZH})[\s,，。.!！?？~～、…:：]*|(?:{_ZH_WITH_SIGN}|{_EN})\s*[,，.。!！?？~～、…:：-]+\s*)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_SHORTEST = 2


def without_lead_in(text: str) -> str:
    """The rest of ``text``; all of it where nothing of substance would be left."""
    rest = text
    while found := _LEAD_IN.match(rest):
        rest = rest[found.end() :]
    return rest if len(_WORD.findall(rest)) >= _SHORTEST else text
