"""The command line: what commands there are, and their arguments. Each command is a file in ``commands/``.

Data goes to stdout, everything else to stderr; the exit code is non-zero on failure. A command's
module is imported only when it is called, because Rasa alone takes many seconds to import.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from bot.settings import Settings

# By name, because importing the classes would slow every command.
# What an edited file can break, and the command that shows all of it.
BROKEN_FILES = {
    "bot.rules.RulesError": "kefu rules check",
    "bot.responses.ResponsesError": "kefu rules check",
    "bot.domain_file.DomainError": "kefu rules check",
    "actions.limits.LimitsError": "kefu rules check",
    "actions.records.mapped.definition.MappingError": "kefu rules check",
    "actions.links.LinksError": "kefu rules check",
    "bot.jobs.rules.ProactiveRulesError": "kefu rules check",
    "kb.heads.ArticleError": "kefu kb lint",
}

# Whose text says what to do, and the exit code.
PLAIN_FAULTS = {
    "bot.settings.SettingsError": 2,
    "actions.records.database.DatabaseUnusable": 2,
    "actions.records.choose.RecordsSettingsError": 2,
    "actions.records.mapped.database.ShopDatabaseUnusable": 2,
    "bot.brain.train.TrainingFailed": 1,
    "bot.stores.serving.AlreadyServed": 1,
}


SIMULATED = ("messenger", "wechat", "wecom")
"""As in bot/commands/simulate.py, which is imported only when it is asked for."""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kefu", description="Kefu 客服: a rule-driven bilingual customer-service bot")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("run", help="start everything in one process: page, widget, desk, bot")
    train = commands.add_parser("train", help="train the model")
    train.add_argument("--if-stale", action="store_true", help="only when the model is missing or older than its data")
    chat = commands.add_parser("chat", help="talk to the bot in the terminal")
    chat.add_argument("--language", choices=["zh", "en"], default="zh", help="language of the first words")
    parse = commands.add_parser("parse", help="one message a line on stdin, one JSON object a line on stdout")
    parse.add_argument("--explain", action="store_true", help="say which words and examples made the decision")
    commands.add_parser("doctor", help="say in plain words what is missing or wrong")

    _add_kb(commands.add_parser("kb", help="the knowledge base"))
    rules = commands.add_parser("rules", help="the rule files").add_subparsers(dest="action", required=True)
    rules.add_parser("check", help="check the files in rules/ and data/responses/")
    tried = rules.add_parser("try", help="which rule on words a message meets (rules/handoff.yml)")
    tried.add_argument("message", nargs="+", help="in quotes; several are tried one by one")
    database = commands.add_parser("db", help="the database").add_subparsers(dest="action", required=True)
    database.add_parser("upgrade", help="bring the tables to this version")
    simulate = commands.add_parser("simulate", help="a stand-in for a messaging platform, with a phone to chat on")
    simulate.add_argument("platform", choices=SIMULATED)
    simulate.add_argument("--port", type=int, help="where the stand-in listens")
    simulate.add_argument("--target", metavar="URL", help="where Kefu listens (default: this machine, KEFU_PORT)")
    complaints = commands.add_parser("complaints", help="causes of complaints, and which are not settled")
    complaints.add_argument("--json", action="store_true", help="one JSON object instead of two tables")
    privacy = commands.add_parser("privacy", help="copies and erasures of customers' data")
    listed = privacy.add_subparsers(dest="action", required=True).add_parser("list", help="who asked, how far it is")
    listed.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    _add_agents(commands.add_parser("agents", help="who may log in at the desk"))
    demo = commands.add_parser("demo", help="the demo shop").add_subparsers(dest="action", required=True)
    demo.add_parser("seed", help="put the demo orders and log-ins into the database")
    return parser


def _add_kb(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    search = actions.add_parser("search", help="find articles")
    search.add_argument("query")
    search.add_argument("--lang", choices=["zh", "en"], help="language of the answer (default: the query's)")
    search.add_argument("--articles", type=Path, metavar="DIR", help="another folder of Markdown")
    search.add_argument("--top", type=int, default=3, metavar="N")
    search.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    lint = actions.add_parser("lint", help="check the articles: both languages, titles, links")
    lint.add_argument("--articles", type=Path, metavar="DIR", help="another folder of Markdown")
    bring = actions.add_parser("import", help="bring articles in from a CSV file, a folder of Markdown or HTML pages")
    bring.add_argument("source", type=Path, metavar="FILE_OR_FOLDER")
    bring.add_argument("--into", type=Path, metavar="DIR", required=True, help="the folder of articles to write to")
    bring.add_argument("--lang", choices=["zh", "en"], help="language of what does not name one (default: its text's)")
    bring.add_argument(
        "--columns", metavar="FIELD=COLUMN,…", help="which column is which, as title=Frage,answer=Antwort"
    )
    bring.add_argument("--encoding", metavar="NAME", help="of the files, as gb18030 or big5 (default: guessed)")
    bring.add_argument("--topic", default="imported", metavar="NAME", help="folder of what names no topic")
    bring.add_argument("--force", action="store_true", help="overwrite articles that are there already")


def _add_agents(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="let somebody log in; asks for a password, or reads it from stdin")
    add.add_argument("username")
    add.add_argument("--name", help="what customers and colleagues read (default: the user name)")
    add.add_argument("--role", choices=["agent", "supervisor"], default="agent", help="a supervisor may act for others")
    add.add_argument("--language", choices=["zh", "en"], default="zh", help="of the desk's pages")
    actions.add_parser("password", help="give somebody a new password").add_argument("username")
    actions.add_parser("remove", help="let somebody log in no more").add_argument("username")
    shown = actions.add_parser("list", help="who there is, and how many conversations they have in hand")
    shown.add_argument("--json", action="store_true", help="one JSON list instead of a table")


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code (2 for a wrong setting or file, 130 for Ctrl-C)."""
    options = build_parser().parse_args(list(arguments))
    # Advice of other people's packages to their own developers; it would stand above every answer.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    try:
        settings = Settings.from_environment()
        command = importlib.import_module(f"bot.commands.{options.command}")
        return int(command.run(settings, options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our stdout (head, a pager) has seen enough.
        sys.stderr.close()
        return 0
    except Exception as error:
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        if name in BROKEN_FILES:
            print(f"kefu: {error}\nCheck with: {BROKEN_FILES[name]}", file=sys.stderr)
            return 2
        if name in PLAIN_FAULTS:
            print(f"kefu: {error}", file=sys.stderr)
            return PLAIN_FAULTS[name]
        raise
