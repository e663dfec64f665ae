"""Settings: defaults, checks with a remedy in the text, derived database URLs, secrets never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import (
    DOCUMENTED,
    MASK,
    Settings,
    SettingsError,
    advice,
    effective,
    mask_password,
)


def test_defaults_are_the_documented_ones() -> None:
    settings = Settings.from_environment({})
    assert settings.home == Path("var").resolve()
    assert settings.database_url == f"sqlite:///{settings.home / 'kefu.db'}"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.identity_secret is None
    assert settings.allowed_origins == ()
    documented = {setting.name: setting.default for setting in DOCUMENTED}
    assert documented["KEFU_PORT"] == str(settings.port)
    assert documented["KEFU_SESSION_DAYS"] == str(settings.session_days)
    assert documented["KEFU_RATE_PER_SESSION"] == str(settings.rate_per_session)
    assert documented["KEFU_RATE_PER_ADDRESS"] == str(settings.rate_per_address)
    assert documented["KEFU_SOCKETS_PER_ADDRESS"] == str(settings.sockets_per_address)


def test_empty_value_counts_as_unset() -> None:
    assert Settings.from_environment({"KEFU_PORT": " ", "KEFU_DATABASE_URL": ""}) == Settings.from_environment({})


def test_database_file_follows_home(tmp_path: Path) -> None:
    settings = Settings.from_environment({"KEFU_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/kefu.db"


@pytest.mark.parametrize("port", ["80a", "-1", "65536", "８０", "1e3", "9" * 5000])
def test_wrong_port_is_told(port: str) -> None:
    with pytest.raises(SettingsError, match="KEFU_PORT must be a whole number from 0 to 65535"):
        Settings.from_environment({"KEFU_PORT": port})


@pytest.mark.parametrize("url", ["mysql://a/b", "kefu.db", "sqlite://", "sqlite:///:memory:", "://x"])
def test_unusable_database_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="KEFU_DATABASE_URL must"):
        Settings.from_environment({"KEFU_DATABASE_URL": url})


def test_older_scheme_of_postgresql_is_understood() -> None:
    settings = Settings.from_environment({"KEFU_DATABASE_URL": "postgres://u:p@h/d"})
    assert settings.database_url == "postgresql://u:p@h/d"


def test_origins_are_written_as_browsers_write_them() -> None:
    env = {"KEFU_ALLOWED_ORIGINS": "https://Shop.Example/, http://localhost:3000;https://a.example:443"}
    expected = ("https://shop.example", "http://localhost:3000", "https://a.example")
    assert Settings.from_environment(env).allowed_origins == expected


@pytest.mark.parametrize(
    "origin",
    ["shop.example", "*", "https://*.shop.example", "https://a.example/path", "ftp://a", "https://a:x", "https://"],
)
def test_wrong_origin_is_told(origin: str) -> None:
    with pytest.raises(SettingsError, match="is not an origin"):
        Settings.from_environment({"KEFU_ALLOWED_ORIGINS": origin})


def test_secrets_are_shown_nowhere() -> None:
    env = {
        "KEFU_IDENTITY_SECRET": "open-sesame",
        "KEFU_DEMO_PASSWORD": "tiger",
        "KEFU_DATABASE_URL": "postgresql://kefu:hunter2@db/kefu",
    }
    everything = repr(Settings.from_environment(env)) + str(effective(env)) + " ".join(advice(env))
    for secret in ("open-sesame", "tiger", "hunter2"):
        assert secret not in everything
    shown = {setting.name: value for setting, value in effective(env)}
    assert shown["KEFU_DATABASE_URL"] == f"postgresql://kefu:{MASK}@db/kefu"
    assert shown["KEFU_IDENTITY_SECRET"] == MASK
    assert shown["KEFU_PORT"] == "8000"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://kefu:hunter2@db/kefu",
        "postgresql://kefu:hunter2/x@db/kefu",
        "postgresql://kefu:hunter2?#@db/kefu",
        "postgresql://kefu:x@hunter2@db/kefu",
        "postgresql://kefu:hunter2@[::1]:5432/kefu",
        "postgresql://db/kefu?user=kefu&password=hunter2&sslmode=require",
        "postgresql://:hunter2@db/kefu",
    ],
)
def test_a_password_is_masked_wherever_it_stands(url: str) -> None:
    masked = mask_password(url)
    assert "hunter2" not in masked
    assert "db/kefu" in masked or "[::1]:5432/kefu" in masked


def test_mask_leaves_plain_urls_alone() -> None:
    assert mask_password("sqlite:////srv/kefu.db") == "sqlite:////srv/kefu.db"
    assert mask_password("https://shop.example,http://localhost:3000") == "https://shop.example,http://localhost:3000"


def test_advice_names_misspelt_settings_and_short_secrets() -> None:
    assert advice({"KEFU_PROT": "1", "PATH": "/bin"}) == [
        "KEFU_PROT is not a setting; nothing reads it. Is it misspelt?"
    ]
    assert "openssl rand" in advice({"KEFU_IDENTITY_SECRET": "short"})[0]
    assert advice({"KEFU_IDENTITY_SECRET": "x" * 32}) == []
