"""The child process that trains: Rasa's own command line, which here reads a file of examples once, not five times.

    python -m bot.brain.rasa_train train --out …

Rasa asks its importers for the examples again for validation, domain, fingerprints and training. Whatever it does with
them it does with copies: ``TrainingData.merge`` makes them.
"""

from __future__ import annotations

import functools

import rasa

from bot.brain.project import KNOWN_RASA


def read_once() -> None:
    """For a process that ends with the training: changes of the files are not seen any more."""
    if rasa.__version__ == KNOWN_RASA:
        from rasa.shared.nlu.training_data import loading

        loading.load_data = functools.lru_cache(maxsize=None)(loading.load_data)


if __name__ == "__main__":
    from rasa.__main__ import main

    read_once()
    main()
