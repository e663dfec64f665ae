"""``kefu simulate PLATFORM``: a stand-in for a messaging platform, with a phone to chat on in the browser."""

from __future__ import annotations

import argparse
import importlib
import sys

from aiohttp import web

from bot.settings import Settings

# Each module offers `stand(target, address)`: its application, and the settings that lead Kefu to it.
PLATFORMS = {
    "messenger": ("tests.platforms.messenger", 9301),
    "wechat": ("tests.platforms.wechat", 9302),
    "wecom": ("tests.platforms.wecom", 9303),
}


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until Ctrl-C; 1 where the simulators are not installed (they come with the source, not with a package)."""
    module, port = PLATFORMS[options.platform]
    port = options.port or port
    address = f"http://127.0.0.1:{port}"
    try:
        platform = importlib.import_module(module)
    except ModuleNotFoundError:
        print("kefu: the simulators are part of the source: run this in the folder that you cloned.", file=sys.stderr)
        return 1
    app, needed = platform.stand(options.target or f"http://127.0.0.1:{settings.port}", address)
    print(f"kefu: {options.platform}, simulated. Start Kefu with these settings, then chat at {address}/\n")
    for name, value in needed.items():
        print(f"export {name}={value}")
    sys.stdout.flush()
    web.run_app(app, host="127.0.0.1", port=port, print=None)
    return 0
