"""``python -m bot`` and ``kefu``: the way in. The commands are listed in ``cli.py``."""

import signal
import sys

from bot.cli import run_command


def main() -> None:
    """Run one command; the exit code is non-zero on failure."""
    # As Ctrl-C does: what is under way is ended in good order, a child that trains the model included.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
