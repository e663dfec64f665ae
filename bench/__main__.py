"""``python -m bench``: run every measurement."""

import sys

from bench.turns import main

sys.exit(main(sys.argv[1:]))
