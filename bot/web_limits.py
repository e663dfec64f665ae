"""The settings that bound what the web server takes, keeps and tells; ``settings.py`` reads them."""

from __future__ import annotations

MOST_MEGABYTES = 100
"""The most that KEFU_FILE_MB may allow."""
MOST_DAYS = 36_500
"""The most that KEFU_SESSION_DAYS may be."""

# name, default, meaning, secret
WEB_LIMITS: tuple[tuple[str, str, str, bool], ...] = (
    (
        "KEFU_METRICS_TOKEN",
        "",
        "token that Prometheus shows for /metrics (Authorization: Bearer …); without one only this machine may read it",
        True,
    ),
    (
        "KEFU_SESSION_DAYS",
        "90",
        "days without use after which a browser's chat session ends (signed customers meet the same conversation "
        "again); 0: never",
        False,
    ),
    ("KEFU_RATE_PER_SESSION", "30", "messages one web session may send in 10 seconds; 0 lifts the limit", False),
    ("KEFU_RATE_PER_ADDRESS", "600", "web requests one network address may make in a minute; 0 lifts the limit", False),
    (
        "KEFU_SOCKETS_PER_ADDRESS",
        "300",
        "chat pages one network address may have open with a live connection; further ones ask every few seconds; "
        "0 lifts the limit",
        False,
    ),
    ("KEFU_FILE_MB", "10", "largest photo or file a customer may send through the widget, in MB; 1 to 100", False),
)
