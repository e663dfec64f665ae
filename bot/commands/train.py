"""``kefu train``: train the model, always or only when it is stale."""

from __future__ import annotations

import argparse

from bot.brain import train
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Train and print the model's path; raises TrainingFailed."""
    settings.make_home()
    print(train.ensure_model(settings.home) if options.if_stale else train.train(settings.home))
    return 0
