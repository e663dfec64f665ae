"""The shop's clock: the time zone that ``rules/shop.yml`` names, for every date that is read, said or counted."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from lang.yaml_files import load_yaml

SHOP_FILE = Path(__file__).resolve().parent.parent / "rules" / "shop.yml"
DEFAULT = "Asia/Shanghai"
_OFFSET = re.compile(r"([+-])(\d{2}):([0-5]\d)", re.ASCII)
# Zones without summer time, for machines that have no time zone database.
_FIXED = dict.fromkeys((DEFAULT, "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore"), timedelta(hours=8))


@lru_cache(maxsize=1)
def shop_zone() -> tzinfo:
    """Read once. A file that cannot be used means the default here: ``kefu rules check`` and the start report it."""
    try:
        content = load_yaml(SHOP_FILE.read_text("utf-8"))
        return zone(str(content["timezone"]))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError):
        return zone(DEFAULT)


def zone(name: str) -> tzinfo:
    """The zone of an IANA name or an offset like ``+08:00``. Raises ValueError."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if distance < timedelta(hours=24):
            return timezone(-distance if offset[1] == "-" else distance)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        if name in _FIXED:
            return timezone(_FIXED[name], name)
    remedy = 'write a name like Asia/Shanghai or an offset like "+08:00"'
    raise ValueError(f"{name!r} is no time zone this machine knows; {remedy}")
