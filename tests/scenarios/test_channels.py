"""The scenarios over every channel: the line goes in as the platform's call-back, the answer comes out at a phone.

Everything that ``test_scenarios.py`` asks of a turn is asked here too, and that the phone shows it. Without
``--every-channel`` only the platforms play, and of each service the happy way, in both languages.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.records.database import Database
from bot.ports import Parts
from tests.contracts.channel_phones import phone_on
from tests.scenarios.scenario import Scenario
from tests.scenarios.shop import CustomerAtShop
from tests.scenarios.test_scenarios import SCENARIOS, plays
from tests.scenarios.ways import OverChannel

PLATFORMS = ("wechat", "wecom", "messenger")
CHANNELS = ("web", *PLATFORMS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = metafunc.config.getoption("every_channel")
    chosen = list(SCENARIOS) if every else happy_ways(SCENARIOS)
    channels = CHANNELS if every else PLATFORMS
    metafunc.parametrize(("channel", "where"), [(channel, where) for channel in channels for where in chosen])


def happy_ways(scenarios: dict[str, Scenario]) -> list[str]:
    """For each thing that a scenario does in the end, and each language, the shortest that does it."""
    shortest: dict[tuple[str, str], str] = {}
    for where, scenario in scenarios.items():
        for done in sorted({effect.split(":")[0] for line in scenario.turns for effect in line.effect}):
            known = shortest.get((done, scenario.language))
            if known is None or len(scenario.turns) < len(scenarios[known].turns):
                shortest[done, scenario.language] = where
    return list(dict.fromkeys(shortest.values()))


async def test_scenario_over_a_channel(
    channel: str, where: str, parts: Parts, shop_url: str, database: Database, shop_system: Database, tmp_path: Path
) -> None:
    real = {"brain": parts.brain, "responses": parts.responses, "handoff_rules": parts.handoff_rules}
    async with phone_on(channel, shop_url, tmp_path, real) as phone:
        customer = CustomerAtShop(phone.parts, database, SCENARIOS[where], shop_system, OverChannel(phone))
        await plays(SCENARIOS[where], customer)
