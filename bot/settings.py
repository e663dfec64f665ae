"""Every setting of the system: read from the environment, checked once, documented in one table.

Wrong values raise ``SettingsError``, whose text says which variable is wrong and what to write instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.channel_settings import (
    CHANNEL_SETTINGS,
    WechatSettings,
    WecomSettings,
    wechat_of,
    wecom_of,
)
from bot.channels.messenger_settings import API_BASE as MESSENGER_API
from bot.channels.messenger_settings import MESSENGER_SETTINGS, MessengerSettings, messenger_of
from bot.mail_settings import MAIL_SETTINGS, MailSettings, mail_of
from bot.web_limits import MOST_DAYS, MOST_MEGABYTES, WEB_LIMITS

PREFIX = "KEFU_"
MASK = "********"

# A key shorter than the hash it feeds can be guessed from one signed token (RFC 7518, section 3.2).
ADVISED_SECRET_LENGTH = 32

# Up to the last @, because a password may hold any sign; and where the driver takes it as well, behind the ?.
_PASSWORD = re.compile(r"(://[^:@/]*:).*(?=@)|([?&]password=)[^&]*")


class SettingsError(ValueError):
    """A setting has a value the system cannot work with; the text says what to write instead."""


@dataclass(frozen=True)
class Setting:
    """One documented environment variable, as ``kefu doctor`` lists it."""

    name: str
    default: str
    meaning: str
    secret: bool = False


DOCUMENTED: tuple[Setting, ...] = (
    Setting("KEFU_HOME", "./var", "folder that holds everything the system writes: databases, models, caches"),
    Setting("KEFU_HOST", "127.0.0.1", "address the web server listens on; 0.0.0.0 for every network interface"),
    Setting("KEFU_PORT", "8000", "port the web server listens on, 1 to 65535; 0 takes a free one"),
    Setting(
        "KEFU_DATABASE_URL",
        "sqlite:///<KEFU_HOME>/kefu.db",
        "database for conversations and orders: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    ),
    Setting(
        "KEFU_RECORDS_URL",
        "",
        "database of the shop's own orders, read as rules/records.yml says (docs/your-orders.md); KEFU_DATABASE_URL's "
        "when unset",
    ),
    Setting("KEFU_RECORDS_API", "", "address of the shop's own order API: https://shop.example/kefu/v1"),
    Setting("KEFU_RECORDS_TOKEN", "", "token that Kefu shows to that API (Authorization: Bearer …)", secret=True),
    Setting(
        "KEFU_DEMO_PASSWORD",
        "",
        "password of the demo log-ins agent and supervisor; made at random and printed when unset",
        secret=True,
    ),
    Setting(
        "KEFU_IDENTITY_SECRET",
        "",
        "key shared with the shop's site, which signs its customers' identity (JWT, HS256); at least 32 characters",
        secret=True,
    ),
    Setting(
        "KEFU_ALLOWED_ORIGINS",
        "",
        "other sites that may show the widget and call the web channel, separated by commas: https://shop.example; "
        "null admits sandboxed pages, which have no origin",
    ),
    Setting(
        "KEFU_TRUSTED_PROXIES",
        "0",
        "how many reverse proxies of yours stand before this server; the customer's address is read behind them",
    ),
    Setting(
        "KEFU_PUBLIC_URL",
        "",
        "where customers reach this server, https://chat.shop.example: for links in messages on WeChat and Messenger",
    ),
    *(Setting(*each) for each in (*WEB_LIMITS, *MAIL_SETTINGS, *CHANNEL_SETTINGS, *MESSENGER_SETTINGS)),
)


@dataclass(frozen=True)
class Settings:
    """The effective settings. ``database_url`` is in the form an operator types."""

    home: Path
    # Kept out of repr, so that no log or traceback shows a password.
    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    records_url: str = field(default="", repr=False)
    records_api: str = ""
    records_token: str = field(default="", repr=False)
    demo_password: str | None = field(default=None, repr=False)
    identity_secret: str | None = field(default=None, repr=False)
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)
    session_days: int = 90
    rate_per_session: int = 30
    rate_per_address: int = 600
    sockets_per_address: int = 300
    public_url: str = ""
    file_mb: int = 10
    mail: MailSettings | None = None
    wechat: WechatSettings | None = None
    wecom: WecomSettings | None = None
    messenger: MessengerSettings | None = None

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read and check every ``KEFU_`` variable; an empty value counts as unset. Raises ``SettingsError``."""
        given = _given(os.environ if env is None else env)
        home = Path(given.get("KEFU_HOME", "./var")).expanduser().resolve()
        try:
            wechat, wecom, mail = wechat_of(given), wecom_of(given), mail_of(given)
        except ValueError as error:
            raise SettingsError(str(error)) from error
        return cls(
            home=home,
            database_url=_database_url(given.get("KEFU_DATABASE_URL"), home),
            host=given.get("KEFU_HOST", "127.0.0.1"),
            port=_whole_number(given, "KEFU_PORT", 8000, largest=65535),
            records_url=given.get("KEFU_RECORDS_URL", ""),
            records_api=given.get("KEFU_RECORDS_API", ""),
            records_token=given.get("KEFU_RECORDS_TOKEN", ""),
            demo_password=given.get("KEFU_DEMO_PASSWORD"),
            identity_secret=given.get("KEFU_IDENTITY_SECRET"),
            allowed_origins=_origins(given.get("KEFU_ALLOWED_ORIGINS", "")),
            trusted_proxies=_whole_number(given, "KEFU_TRUSTED_PROXIES", 0, largest=10),
            metrics_token=given.get("KEFU_METRICS_TOKEN"),
            session_days=_whole_number(given, "KEFU_SESSION_DAYS", 90, largest=MOST_DAYS),
            rate_per_session=_whole_number(given, "KEFU_RATE_PER_SESSION", 30),
            rate_per_address=_whole_number(given, "KEFU_RATE_PER_ADDRESS", 600),
            sockets_per_address=_whole_number(given, "KEFU_SOCKETS_PER_ADDRESS", 300),
            public_url=_base_url(given, "KEFU_PUBLIC_URL", ""),
            file_mb=max(1, _whole_number(given, "KEFU_FILE_MB", 10, largest=MOST_MEGABYTES)),
            mail=mail,
            wechat=wechat,
            wecom=wecom,
            messenger=_messenger(given),
        )

    def make_home(self) -> None:
        """Raises ``SettingsError`` where the folder cannot be made."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"KEFU_HOME: {self.home} cannot be made: {error.strerror}. Set it to a folder of yours."
            ) from error


def effective(env: Mapping[str, str] | None = None) -> list[tuple[Setting, str]]:
    """Each documented setting with the value in force, secrets masked; unset ones show their default."""
    given = _given(os.environ if env is None else env)
    return [(setting, _shown(setting, given.get(setting.name))) for setting in DOCUMENTED]


def advice(env: Mapping[str, str] | None = None) -> list[str]:
    """Sentences on settings that work but are probably not meant: typing mistakes, secrets that can be guessed."""
    names = os.environ if env is None else env
    known = {setting.name for setting in DOCUMENTED}
    unknown = sorted(name for name in names if name.startswith(PREFIX) and name not in known)
    said = [f"{name} is not a setting; nothing reads it. Is it misspelt?" for name in unknown]
    secret = _given(names).get("KEFU_IDENTITY_SECRET")
    if secret is not None and len(secret.encode()) < ADVISED_SECRET_LENGTH:
        said.append(
            f"KEFU_IDENTITY_SECRET has fewer than {ADVISED_SECRET_LENGTH} characters, so tokens signed with it can be "
            "forged. Make a better one with: openssl rand -hex 32"
        )
    return said


def mask_password(url: str) -> str:
    """The URL with its password hidden, fit for a screen or a log; rather too much is hidden than too little."""
    return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}{MASK}", url)


def _given(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in env.items() if name.startswith(PREFIX) and value.strip()}


def _shown(setting: Setting, value: str | None) -> str:
    if value is None:
        return setting.default
    return MASK if setting.secret else mask_password(value)


def _database_url(value: str | None, home: Path) -> str:
    if value is None:
        return f"sqlite:///{home / 'kefu.db'}"
    # Hosting services still hand out the older name of the scheme.
    url = value.replace("postgres://", "postgresql://", 1) if value.startswith("postgres://") else value
    scheme = url.partition("://")[0].partition("+")[0]
    if "://" not in url or scheme not in ("sqlite", "postgresql"):
        raise SettingsError(
            "KEFU_DATABASE_URL must begin with sqlite:/// or postgresql:// "
            "(for example sqlite:////srv/kefu/kefu.db or postgresql://kefu:PASSWORD@127.0.0.1/kefu)."
        )
    if scheme == "sqlite" and (":memory:" in url or url.rstrip("/").endswith(":")):
        raise SettingsError(
            "KEFU_DATABASE_URL must name a file: what is kept in memory would be lost at the next start. "
            "Write sqlite:///FILE, or leave it unset for a file under KEFU_HOME."
        )
    return url


def _whole_number(given: Mapping[str, str], name: str, default: int, largest: int = 1_000_000) -> int:
    value = given.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) <= largest):
        raise SettingsError(f"{name} must be a whole number from 0 to {largest}, not {value!r}.")
    return int(value)


def _messenger(given: Mapping[str, str]) -> MessengerSettings | None:
    try:
        return messenger_of(given, _base_url(given, "KEFU_MESSENGER_API_BASE", MESSENGER_API))
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _base_url(given: Mapping[str, str], name: str, default: str) -> str:
    """An address that paths are put behind: with scheme and host, without a slash at its end."""
    value = given.get(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        usable = usable and parts.port != 0 and value.isprintable() and " " not in value
    except ValueError:
        usable = False
    if value and not usable:
        raise SettingsError(f"{name}: {value!r} is not an address. Write scheme and host: https://chat.shop.example")
    return value


def _origins(value: str) -> tuple[str, ...]:
    given = (part.strip().rstrip("/") for part in value.replace(";", ",").split(","))
    return tuple(dict.fromkeys(_origin(part) for part in given if part))


def _origin(value: str) -> str:
    """``scheme://host[:port]`` in lower case, as browsers write it in the ``Origin`` header; or ``null``."""
    if value.lower() == "null":
        return "null"
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and value.count("/") == 2
        usable = usable and parts.port != 0 and not any(sign in value for sign in " *@?#'\"")
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            f"KEFU_ALLOWED_ORIGINS: {value!r} is not an origin. Write scheme and host only, separated by commas: "
            "https://shop.example,http://localhost:3000"
        )
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    default_port = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port not in (None, default_port) else "")
