"""The index in use, and the thread that looks after the folder: changed articles serve without a restart."""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path

from kb.build import Progress, Refreshed, is_current, listing, refresh
from kb.calibrate import Calibration
from kb.index import Index
from lang.encode import Encoder

log = logging.getLogger("kefu.kb")

# Looking at a very large folder takes its time: at most so large a share of it is spent looking.
_SHARE = 0.02


class Live:
    """The newest whole index of a folder. A search takes ``index`` once; another one may stand there the next time."""

    def __init__(self, folder: Path, encoder: Encoder, progress: Progress | None = None) -> None:
        self._folder, self._encoder = folder, encoder
        self._checking = threading.Lock()
        self._stop = threading.Event()
        self._take(refresh(folder, encoder, progress))
        for fault in self.faults:
            _tell(fault)

    def _take(self, refreshed: Refreshed) -> None:
        index = Index(refreshed.stored)
        self.calibration = Calibration(*refreshed.stored.meta["calibration"])
        self.index, self.faults, self._meta = index, refreshed.faults, refreshed.stored.meta

    def check(self) -> bool:
        """Look at the folder, and take over what changed; whether anything did. Until then the old index serves."""
        with self._checking:
            if is_current(self._meta, listing(self._folder)):
                return False
            refreshed = refresh(self._folder, self._encoder)
            told = set(self.faults)
            if not refreshed.changed:
                self._meta = refreshed.stored.meta
                return False
            self._take(refreshed)
        for fault in refreshed.faults:
            if fault not in told:
                _tell(fault)
        log.info(json.dumps({"event": "articles reloaded", "files": len(self.index.records)}))
        return True

    def watch(self, seconds: float) -> None:
        """Check from now on, in a thread of its own that ends with the process."""
        threading.Thread(target=self._watch, args=(seconds,), name="articles", daemon=True).start()

    def _watch(self, seconds: float) -> None:
        pause = seconds
        while not self._stop.wait(pause):
            started = time.monotonic()
            try:
                self.check()
            except Exception as error:  # a folder that is being replaced, a full disk: the next look may succeed
                log.warning(json.dumps({"event": "the articles cannot be looked at", "why": str(error)}))
            pause = max(seconds, (time.monotonic() - started) / _SHARE)

    def close(self) -> None:
        self._stop.set()


def _tell(fault: str) -> None:
    log.error(json.dumps({"event": "an article cannot be read; its last good version serves", "fault": fault}))
