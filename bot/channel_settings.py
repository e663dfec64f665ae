"""The settings of each platform: a channel is switched on by its own settings, all of them or none.

Half of them is a mistake that would show only when the first customer writes, so it is refused at the start.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

WECHAT_API = "https://api.weixin.qq.com"
WECOM_API = "https://qyapi.weixin.qq.com"

# name, default, meaning, secret
CHANNEL_SETTINGS: tuple[tuple[str, str, str, bool], ...] = (
    ("KEFU_WECHAT_TOKEN", "", "WeChat Official Account: the Token of the console's server settings", True),
    ("KEFU_WECHAT_APP_ID", "", "its AppID, wx…", False),
    ("KEFU_WECHAT_APP_SECRET", "", "its AppSecret", True),
    ("KEFU_WECHAT_AES_KEY", "", "its EncodingAESKey, 43 characters; unset for the plain mode", True),
    ("KEFU_WECHAT_API_BASE", WECHAT_API, "where its API is; a simulator's address for trying out", False),
    ("KEFU_WECOM_TOKEN", "", "WeCom customer service: the Token of the call-back settings", True),
    ("KEFU_WECOM_CORP_ID", "", "the company's id, ww…", False),
    ("KEFU_WECOM_SECRET", "", "the Secret of WeCom customer service's API", True),
    ("KEFU_WECOM_AES_KEY", "", "its EncodingAESKey, 43 characters", True),
    ("KEFU_WECOM_API_BASE", WECOM_API, "where its API is; a simulator's address for trying out", False),
    (
        "KEFU_WECOM_SERVICERS",
        "",
        "agents who answer in WeCom itself, AGENT=USERID,…; unset: all answer at our desk",
        False,
    ),
)


class ChannelSettingsError(ValueError):
    """A channel's setting is missing or cannot be; the text says which."""


@dataclass(frozen=True)
class WechatSettings:
    """``aes_key`` None: plain mode."""

    token: str = field(repr=False)
    app_id: str
    app_secret: str = field(repr=False)
    aes_key: str | None = field(default=None, repr=False)
    api_base: str = WECHAT_API


@dataclass(frozen=True)
class WecomSettings:
    """``servicers``: our agent's user name → WeCom's userid, for those who answer in WeCom."""

    token: str = field(repr=False)
    corp_id: str
    secret: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_base: str = WECOM_API
    servicers: Mapping[str, str] = field(default_factory=dict)


def wechat_of(given: Mapping[str, str]) -> WechatSettings | None:
    """None when the channel is not set up; raises ChannelSettingsError for half a setup."""
    names = ("KEFU_WECHAT_TOKEN", "KEFU_WECHAT_APP_ID", "KEFU_WECHAT_APP_SECRET")
    if not _all_or_none(given, names, ("KEFU_WECHAT_AES_KEY",)):
        return None
    key = given.get("KEFU_WECHAT_AES_KEY")
    return WechatSettings(
        token=given["KEFU_WECHAT_TOKEN"],
        app_id=given["KEFU_WECHAT_APP_ID"],
        app_secret=given["KEFU_WECHAT_APP_SECRET"],
        aes_key=_aes_key("KEFU_WECHAT_AES_KEY", key) if key else None,
        api_base=_address("KEFU_WECHAT_API_BASE", given.get("KEFU_WECHAT_API_BASE", WECHAT_API)),
    )


def wecom_of(given: Mapping[str, str]) -> WecomSettings | None:
    """None when the channel is not set up; raises ChannelSettingsError for half a setup."""
    names = ("KEFU_WECOM_TOKEN", "KEFU_WECOM_CORP_ID", "KEFU_WECOM_SECRET", "KEFU_WECOM_AES_KEY")
    if not _all_or_none(given, names, ("KEFU_WECOM_SERVICERS",)):
        return None
    return WecomSettings(
        token=given["KEFU_WECOM_TOKEN"],
        corp_id=given["KEFU_WECOM_CORP_ID"],
        secret=given["KEFU_WECOM_SECRET"],
        aes_key=_aes_key("KEFU_WECOM_AES_KEY", given["KEFU_WECOM_AES_KEY"]),
        api_base=_address("KEFU_WECOM_API_BASE", given.get("KEFU_WECOM_API_BASE", WECOM_API)),
        servicers=_pairs("KEFU_WECOM_SERVICERS", given.get("KEFU_WECOM_SERVICERS", "")),
    )


def _all_or_none(given: Mapping[str, str], names: tuple[str, ...], beside: tuple[str, ...]) -> bool:
    missing = [name for name in names if name not in given]
    if missing and any(name in given for name in (*names, *beside)):
        raise ChannelSettingsError(
            f"{', '.join(missing)}: missing, while others of this channel are set. Set all of them, or none to leave "
            "the channel off."
        )
    return not missing


def _aes_key(name: str, value: str) -> str:
    try:
        right = len(value) == 43 and value.isalnum() and len(base64.b64decode(value + "=")) == 32
    except ValueError:
        right = False
    if not right:
        raise ChannelSettingsError(f"{name} must be the 43 letters and digits that the console shows.")
    return value


def _address(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
        usable = usable and parts.port != 0 and not any(sign in value for sign in " '\"<>")
    except ValueError:
        usable = False
    if not usable:
        raise ChannelSettingsError(f"{name}: {value!r} is no address. Write https://kefu.shop.example")
    return value.rstrip("/")


def _pairs(name: str, value: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in value.replace(";", ",").split(",") if pair.strip()]
    if any(not agent.strip() or not userid.strip() for agent, _, userid in pairs):
        raise ChannelSettingsError(f"{name} must be pairs of our log-in and WeCom's userid: lin=LinXiao,sam=SamWu")
    return {agent.strip(): userid.strip() for agent, _, userid in pairs}
