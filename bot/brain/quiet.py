"""Keeps Rasa's own logging from printing what customers write."""

from __future__ import annotations

import logging
import warnings

import structlog


def quieten() -> None:
    """Send structlog through the standard library's levels and let only Rasa's errors through.

    Used in process, Rasa leaves structlog unconfigured, and then every debug line prints, with the customer's
    text in it. An application that has configured structlog already keeps its configuration.
    """
    if not structlog.is_configured():
        structlog.configure(
            processors=[
                structlog.stdlib.filter_by_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.KeyValueRenderer(key_order=["event"]),
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=True,
        )
    for name in ("rasa", "rasa_sdk", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # Each action's exception is logged by us, by place and kind; Rasa's own line quotes its message.
    logging.getLogger("rasa.core.processor").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"rasa\.")
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"rasa\.")
