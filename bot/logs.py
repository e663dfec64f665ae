"""Where log lines go: a rotating file under KEFU_HOME, and warnings to stderr. Customers' words are in neither."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

FILE_BYTES = 5_000_000
FILES_KEPT = 5


def configure(home: Path) -> None:
    """One JSON object a line in ``<home>/logs/kefu.log``; anything from a warning up also on stderr."""
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    to_file = RotatingFileHandler(folder / "kefu.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    to_stderr = logging.StreamHandler()
    to_stderr.setLevel(logging.WARNING)
    for handler in (to_file, to_stderr):
        handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[to_file, to_stderr], force=True)
    # Rasa switches deprecation warnings on; they are advice to the developers of other packages.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for ours in ("kefu", "bot"):
        logging.getLogger(ours).setLevel(logging.INFO)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
