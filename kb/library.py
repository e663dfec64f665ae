"""Articles by name, for their pages: read when they are asked for, so that an edit shows at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kb.articles import Article, ArticleError, Language, article_paths, name_of, read_article

_LOOK_AGAIN_SECONDS = 3.0


class Library:
    """The articles of a folder. Safe to share between threads."""

    def __init__(self, folder: Path, today: Callable[[], date] = date.today) -> None:
        self._folder, self._today = folder, today
        self._lock = threading.Lock()
        self._paths: dict[str, list[Path]] = {}
        self._looked = -_LOOK_AGAIN_SECONDS

    def article(self, slug: str, language: Language) -> Article | None:
        """The article in this language, else in its other one; None where there is none today, or none can be read."""
        found: dict[Language, Article] = {}
        day = self._today()
        for path in self._named().get(slug, []):
            try:
                article = read_article(path, self._folder)
            except (ArticleError, OSError):
                continue
            if article.valid_on(day):
                found.setdefault(article.language, article)
        return found.get(language) or next(iter(found.values()), None)

    def _named(self) -> dict[str, list[Path]]:
        with self._lock:
            now = time.monotonic()
            if now - self._looked >= _LOOK_AGAIN_SECONDS:
                paths: dict[str, list[Path]] = {}
                for path in article_paths(self._folder):
                    paths.setdefault(name_of(path)[0], []).append(path)
                self._paths, self._looked = paths, now
            return self._paths
