"""A channel is on with all of its settings, off with none; half of them is told at the start."""

from __future__ import annotations

import pytest

from bot.settings import Settings, SettingsError, effective

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECHAT = {"KEFU_WECHAT_TOKEN": "t", "KEFU_WECHAT_APP_ID": "wx1", "KEFU_WECHAT_APP_SECRET": "hush-app"}
WECOM = {
    "KEFU_WECOM_TOKEN": "t",
    "KEFU_WECOM_CORP_ID": "ww1",
    "KEFU_WECOM_SECRET": "hush-corp",
    "KEFU_WECOM_AES_KEY": KEY,
}


def test_without_settings_both_are_off() -> None:
    settings = Settings.from_environment({})
    assert (settings.wechat, settings.wecom) == (None, None)


def test_all_settings_switch_them_on() -> None:
    settings = Settings.from_environment({**WECHAT, **WECOM, "KEFU_WECOM_SERVICERS": "lin=LinXiao; sam=Sam"})
    assert settings.wechat is not None
    assert settings.wecom is not None
    assert (settings.wechat.app_id, settings.wechat.aes_key) == ("wx1", None)
    assert settings.wechat.api_base == "https://api.weixin.qq.com"
    assert settings.wecom.servicers == {"lin": "LinXiao", "sam": "Sam"}


@pytest.mark.parametrize("missing", [*WECHAT, *WECOM])
def test_half_a_setup_names_what_is_missing(missing: str) -> None:
    env = {**WECHAT, **WECOM}
    del env[missing]
    with pytest.raises(SettingsError, match=missing):
        Settings.from_environment(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEFU_WECHAT_AES_KEY", "short"),
        ("KEFU_WECHAT_AES_KEY", "é" * 43),
        ("KEFU_WECHAT_API_BASE", "api.weixin.qq.com"),
        ("KEFU_WECHAT_API_BASE", "https://x/?a=1"),
        ("KEFU_WECOM_SERVICERS", "lin"),
        ("KEFU_WECOM_SERVICERS", "=LinXiao"),
    ],
)
def test_what_cannot_be_is_told(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({**WECHAT, **WECOM, name: value})


def test_their_secrets_are_shown_nowhere() -> None:
    env = {**WECHAT, **WECOM}
    everything = repr(Settings.from_environment(env)) + str(effective(env))
    for secret in ("hush-app", "hush-corp", KEY):
        assert secret not in everything
