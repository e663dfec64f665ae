"""``python -m bench [turns|nlu|service|kb] [options]``: run one measurement, or without a name all of them."""

import sys
from collections.abc import Callable, Sequence

from bench import kb, nlu, service, turns

MEASUREMENTS: dict[str, Callable[[Sequence[str]], int]] = {
    "turns": turns.main,
    "nlu": nlu.main,
    "service": service.main,
    "kb": kb.main,
}


def main(arguments: Sequence[str]) -> int:
    """Exit code: that of the measurement, or the worst of all; 2 for an unknown name."""
    if not arguments:
        return max(measure([]) for measure in MEASUREMENTS.values())
    name, *options = arguments
    if name not in MEASUREMENTS:
        print(f"usage: python -m bench [{'|'.join(MEASUREMENTS)}] [options]; without a name: all", file=sys.stderr)
        return 2
    return MEASUREMENTS[name](options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
