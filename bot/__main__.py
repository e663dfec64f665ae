"""``python -m bot`` and ``kefu``: the way in. The commands are listed in ``cli.py``."""

import sys

from bot.cli import run_command


def main() -> None:
    """Run one command; the exit code is non-zero on failure."""
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
