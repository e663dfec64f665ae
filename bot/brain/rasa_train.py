"""The child process that trains: Rasa's own command line, quicker.

It reads a file of examples once, not five times, and leaves TensorFlow out where nothing that is trained uses it.

    python -m bot.brain.rasa_train train --out …

Rasa asks its importers for the examples again for validation, domain, fingerprints and training. Whatever it does with
them it does with copies: ``TrainingData.merge`` makes them.
"""

from __future__ import annotations

import functools
from pathlib import Path

import rasa

from bot.brain.project import KNOWN_RASA
from bot.brain.without_tensorflow import spare_training


def read_once() -> None:
    """For a process that ends with the training: changes of the files are not seen any more."""
    if rasa.__version__ == KNOWN_RASA:
        from rasa.shared.nlu.training_data import loading

        loading.load_data = functools.lru_cache(maxsize=None)(loading.load_data)


if __name__ == "__main__":
    spare_training(Path("config.yml"))
    from rasa.__main__ import main

    read_once()
    main()
