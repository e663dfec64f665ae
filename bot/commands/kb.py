"""``kefu kb search``, ``kefu kb lint`` and ``kefu kb import``: the knowledge base without the bot."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from actions.records import clock
from bot import wiring
from bot.settings import Settings
from kb import importing, tables
from kb.heads import ArticleError
from kb.lint import notices
from kb.search import KnowledgeBase
from lang.detect import detect


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Dispatch to the action; 1 when nothing was found or the lint has faults, 2 for a folder that is not there."""
    if options.action == "import":
        return _import(options)
    articles = options.articles or wiring.ARTICLES
    if not articles.is_dir():
        print(f"kefu: {articles} is no folder of Markdown articles.", file=sys.stderr)
        return 2
    if options.action == "lint":
        return _lint(articles)
    return _search(options, articles)


def _search(options: argparse.Namespace, articles: Path) -> int:
    knowledge = open_with_progress(articles)
    language = options.lang or detect(options.query) or "zh"
    hits = knowledge.search(options.query, language, max(1, options.top))
    if options.json:
        print(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False, indent=2))
    else:
        table = Table("score", "title", "section", "link")
        for hit in hits:
            table.add_row(f"{hit.score:.2f}", hit.title, hit.section or "", hit.link)
        Console().print(table)
    return 0 if hits else 1


def _import(options: argparse.Namespace) -> int:
    try:
        chosen = importing.Options(options.lang, _columns(options.columns), options.encoding, options.topic)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading", total=None)
            done = importing.bring_in(
                options.source,
                options.into,
                chosen,
                force=options.force,
                progress=lambda now, all_: bar.update(task, completed=now, total=all_),
            )
    except importing.AlreadyThere as error:
        for path in error.paths:
            print(path)
        print("kefu: nothing was written: these are there already. Overwrite them with --force.", file=sys.stderr)
        return 1
    for reason in done.skipped:
        print(f"kefu: left out: {reason}", file=sys.stderr)
    for path in done.written:
        print(path)
    print(f"kefu: {len(done.written)} article(s). Check: kefu kb lint --articles {options.into}", file=sys.stderr)
    return 0


def _columns(given: str | None) -> dict[str, str]:
    """``title=Frage,answer=Antwort`` as a mapping. Raises ArticleError."""
    pairs = [part.partition("=") for part in (given or "").split(",") if part]
    for name, _, column in pairs:
        if name not in tables.FIELDS or not column:
            known = ", ".join(tables.FIELDS)
            raise ArticleError(f"--columns: write FIELD=COLUMN with one of the fields {known}, separated by commas")
    return {name: column for name, _, column in pairs}


def open_with_progress(articles: Path) -> KnowledgeBase:
    """The articles; reading many new ones shows how far it is, and what cannot be read is told."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading articles", total=None)
        knowledge = KnowledgeBase.open(
            articles, clock.shop_today, lambda done, total: bar.update(task, completed=done, total=total)
        )
    for fault in knowledge.faults:
        print(f"kefu: {fault}", file=sys.stderr)
    return knowledge


def _lint(articles: Path) -> int:
    faults = wiring.article_faults(articles)
    for fault in faults:
        print(fault)
    for notice in notices(articles, clock.shop_today()):
        print(f"kefu: {notice}", file=sys.stderr)
    print(f"kefu: {len(faults)} fault(s) in {articles}.", file=sys.stderr)
    return 1 if faults else 0
