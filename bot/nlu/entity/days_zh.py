"""Chinese words for days: 大前天, 上周五, 下个月3号, 11月3号到5号, 三天后, 最近一周, 月底. On folded text."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.nlu.entity.numerals import whole
from bot.nlu.entity.when import RECENT, Days, Rule, When, month_of, months_later, one_day, part_of_month, shift

_N = r"(?:\d{1,3}|[零一二两三四五六七八九十百]{1,5})"
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_START = r"(?<![\d/第零一二两三四五六七八九十百千万半])(?<!\d[.,])"
_DAY_SIGN = r"(?:号|日(?![内后前无达用常系本]))(?![店线楼门机码鞋链电仓房院球床桌车卡位色款柜])"
_RELATIVE = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "今天": 0, "今日": 0, "今儿": 0,
    "今": 0, "明天": 1, "明日": 1, "明儿": 1, "明": 1, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
_OFFSETS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "": 0, "下": 1, "下下": 2}
_WEEKDAYS = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    **dict(zip("1234567", range(7), strict=True)),
    "天": 6,
}
_YEARS = {"去": -1, "前": -2, "今": 0, "本": 0, "明": 1, "后": 2}
_PARTS = {"初": "first", "上旬": "first", "中": "middle", "中旬": "middle", "底": "last", "末": "last", "下旬": "last"}

_SAID_YEAR = r"(?:(?P<year>(?:19|20)\d\d|[一二][零〇九一二三四五六七八]{3})年|(?P<ago>[去前今本明后])年)"
_YEAR = rf"(?:{_SAID_YEAR} ?的?)?"
_PART = r"(?P<part>初|中旬|上旬|下旬|底|末|中(?!国|文|午))"


def _relative(match: re.Match[str], when: When) -> Days:
    return when.day(_RELATIVE[match[1]])


def _weekday(match: re.Match[str], when: When) -> Days | None:
    day, said = _WEEKDAYS[match["day"]], match["which"]
    if said:
        return when.weekday(day, _OFFSETS[said])
    this = when.weekday(day, 0)
    # 周五 is this week's, unless the words around it say that it must be over, or yet to come.
    if when.tense:
        return when.choose([when.weekday(day, -1), this, when.weekday(day, 1)])
    return this


def _week(match: re.Match[str], when: When) -> Days:
    week = when.week(_OFFSETS[match["which"] or ""])
    return (week[0] + timedelta(days=5), week[1]) if match["end"] else week


def _years(match: re.Match[str], when: When) -> list[int]:
    this = when.today.year
    if match["year"]:
        written = whole(match["year"])
        return [written] if written else []
    return [this + _YEARS[match["ago"]]] if match["ago"] else [this - 1, this, this + 1]


def _date(match: re.Match[str], when: When) -> Days | None:
    month, day = whole(match["month"]), whole(match["day"]) if match["day"] else None
    if not month or not 1 <= month <= 12:
        return None
    if day is not None:
        listed = [one_day(year, month, day) for year in _years(match, when)]
        return when.choose([days for days in listed if days], RECENT)
    months = when.choose([month_of(year, month) for year in _years(match, when)], RECENT)
    return part_of_month(months, _PARTS[match["part"]]) if months and match["part"] else months


def _dates(match: re.Match[str], when: When) -> Days | None:
    first = _date(match, when)
    last_month, last_day = whole(match["last_month"] or match["month"]), whole(match["last_day"])
    last = one_day(first[0].year, last_month, last_day) if first and last_month and last_day else None
    if first and last and last[0] < first[0]:
        last = one_day(first[0].year + 1, last_month or 0, last_day or 0)
    return (first[0], last[1]) if first and last else None


def _relative_month(match: re.Match[str], when: When) -> Days | None:
    days = when.month(_OFFSETS[match["which"]])
    if match["day"]:
        return one_day(days[0].year, days[0].month, whole(match["day"]) or 0)
    return part_of_month(days, _PARTS[match["part"]]) if match["part"] else days


def _month_part(match: re.Match[str], when: When) -> Days:
    return part_of_month(when.month(0), _PARTS[match["part"]])


def _bare_day(match: re.Match[str], when: When) -> Days | None:
    day = whole(match["day"]) or 0
    months = [shift(when.today.year, when.today.month, by) for by in (-1, 0, 1)]
    listed = [days for year, month in months if (days := one_day(year, month, day))]
    if when.tense:
        return when.choose(listed)
    return next((days for days in listed if days[0].month == when.today.month), None)


def _bare_days(match: re.Match[str], when: When) -> Days | None:
    first = _bare_day(match, when)
    last = one_day(first[0].year, first[0].month, whole(match["last_day"]) or 0) if first else None
    if first and last and last[0] < first[0]:
        last = one_day(*shift(first[0].year, first[0].month, 1), whole(match["last_day"]) or 0)
    return (first[0], last[1]) if first and last else None


def _year(match: re.Match[str], when: When) -> Days | None:
    years = _years(match, when)
    if len(years) != 1:
        return None
    quarter = {
        "初": (1, 1),
        "上半": (1, 6),
        "中": (6, 6),
        "下半": (7, 12),
        "底": (12, 12),
        "末": (12, 12),
        None: (1, 12),
    }
    first, last = quarter[match["part"] or match["half"]]
    return month_of(years[0], first)[0], month_of(years[0], last)[1]


def _year_end(match: re.Match[str], when: When) -> Days:
    month = 1 if match["part"] == "初" else 12
    return when.choose([month_of(when.today.year + by, month) for by in (-1, 0, 1)]) or when.month(0)


def _days_of(count: str, unit: str, when: When, direction: int) -> Days | None:
    """The one day so far away."""
    half = count == "半"
    number = 1 if half else whole(count)
    if not number:
        return None
    if unit in ("天", "日"):
        return None if half else when.day(direction * number)
    if unit.endswith(("周", "星期", "礼拜")):
        return when.day(direction * 7 * number)
    if half and unit.endswith("月"):
        return when.day(direction * 15)
    months = 6 if half else number * (12 if unit == "年" else 1)
    one = months_later(when.today, direction * months)
    return one, one


def _distant(match: re.Match[str], when: When) -> Days | None:
    return _days_of(match["count"], match["unit"], when, -1 if match["side"] == "前" else 1)


def _within(match: re.Match[str], when: When) -> Days | None:
    end = _days_of(match["count"], match["unit"], when, 1)
    return (when.today, end[1]) if end else None


def _lately(match: re.Match[str], when: When) -> Days | None:
    end = _days_of(match["count"], match["unit"], when, -1)
    return (end[0], when.today) if end else None


_UNIT = r"(?P<unit>天|日|个?星期|个?礼拜|周|个月|年)"
_COUNT = rf"{_START}(?P<count>{_N}|半)"
# What a shop promises in general is no date: 七天内无理由退货.
_POLICY = r"(?!,? ?(?:可以?|都可|能)?(?:无理由|退|换|保价|保修|质保|包|坏|免费|掉价|降价|赔))"
_MONTH = rf"{_START}(?P<month>{_NUMBER})月份?"
RULES: list[Rule] = [
    (
        re.compile(
            r"(大前天|大后天|(?<![目之以眼提])前[天日]|[昨今明][天日儿]|(?<![今之以最先])后[天日](?!性))(?!头条|方舟|黄花|之星)"
        ),
        _relative,
    ),
    (re.compile(r"(?<![聪透])([昨今明])(?=[早晚晨夜](?!报))"), _relative),
    (
        re.compile(
            r"(?<![每个\d零一二两三四五六七八九十几多半])(?:(?P<which>上上|下下|[上下这本])个?)?(?:周|星期|礼拜)"
            r"(?P<day>[一二三四五六日天]|[1-7](?![\d.天个月年次件]))(?!福|围|边)"
        ),
        _weekday,
    ),
    (
        re.compile(
            r"(?<!每)(?P<which>上上|下下|[上下这本])个?(?:周|星期|礼拜)(?P<end>末)?(?![一二三四五六日天\d围边年])"
        ),
        _week,
    ),
    (re.compile(r"(?<![每个])(?P<which>)周(?P<end>末)"), _week),
    (
        re.compile(
            rf"{_YEAR}{_MONTH}(?P<day>{_NUMBER})[日号]?(?:到|至|-|~)(?:(?P<last_month>{_NUMBER})月)?(?P<last_day>{_NUMBER})[日号]",
            re.ASCII,
        ),
        _dates,
    ),
    (
        re.compile(rf"{_YEAR}{_MONTH}(?:的? ?(?P<day>{_NUMBER})(?:[日号]|(?![\d.个件点:元块]))|{_PART})?", re.ASCII),
        _date,
    ),
    (
        re.compile(
            rf"(?P<which>上上|下下|[上下这本当])个?月(?!个)份?(?:的?(?P<day>{_NUMBER}){_DAY_SIGN}|{_PART})?", re.ASCII
        ),
        _relative_month,
    ),
    (re.compile(r"(?<![个\d岁一二三四五六七八九十])月(?P<part>[初底末])"), _month_part),
    (
        re.compile(rf"{_START}(?P<day>{_NUMBER})[号日]?(?:到|至|-|~)(?P<last_day>{_NUMBER}){_DAY_SIGN}", re.ASCII),
        _bare_days,
    ),
    (re.compile(rf"(?<![a-z大小-]){_START}(?P<day>{_NUMBER}){_DAY_SIGN}", re.ASCII), _bare_day),
    (re.compile(rf"{_SAID_YEAR}(?:(?P<part>[初底末中])|(?P<half>[上下]半)年)?", re.ASCII), _year),
    (re.compile(r"(?<![去前今本明后\d一二三四五六七八九十半个多])年(?P<part>[初底末])"), _year_end),
    (re.compile(rf"{_COUNT}{_UNIT}多?(?:之|以)?(?P<side>前|后)(?![台面悔续排])", re.ASCII), _distant),
    (re.compile(rf"再?过(?!两天){_COUNT}{_UNIT}(?!期|多)(?P<side>)", re.ASCII), _distant),
    (re.compile(rf"{_COUNT}{_UNIT}(?:之|以)?内{_POLICY}", re.ASCII), _within),
    (re.compile(rf"(?:未来|接下来)的?{_COUNT}{_UNIT}", re.ASCII), _within),
    (re.compile(rf"(?:最近|近|过去)的?{_COUNT}{_UNIT}", re.ASCII), _lately),
]
