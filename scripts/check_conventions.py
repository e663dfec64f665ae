"""Conventions that matter, as checks: file sizes, texts in actions, typed slots, twins, shared examples."""

import ast
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from lang.yaml_files import load_yaml, yaml_problem

ROOT = Path(__file__).resolve().parent.parent
CODE = ("bot", "actions", "kb", "lang", "bench", "scripts")
LONGEST_FILE = 300
LONGEST = {"bot/conversation/handle.py": 80}
HAN = re.compile(r"[\u4e00-\u9fff]")
ANNOTATION = re.compile(r"\[([^\]]+)\]\([^)]+\)")
LEAST_EXAMPLES = 20
WITH_A_BUTTON_OF_ITS_OWN = {"request_human"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def source_files() -> Iterator[Path]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".js", ".css"} and "migrations" not in path.parts:
                yield path


def file_sizes() -> Iterator[str]:
    for path in source_files():
        limit = LONGEST.get(relative(path), LONGEST_FILE)
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            yield f"{relative(path)}: {lines} lines, at most {limit}: split it"


def literal_texts() -> Iterator[str]:
    """Actions utter keys. A ``text=`` argument or a Chinese sentence in an action would exist in one language only."""
    for path in sorted((ROOT / "actions").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "utter_message":
                literal = node.args or [keyword for keyword in node.keywords if keyword.arg == "text"]
                if literal:
                    yield f"{relative(path)}:{node.lineno}: utter a response key, not a text"
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            if is_text and HAN.search(node.value):
                yield f"{relative(path)}:{node.lineno}: text for customers belongs into data/responses"


def _has_docstring(node: ast.AST) -> bool:
    holds_body = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return holds_body and bool(node.body) and isinstance(node.body[0], ast.Expr)


class Unreadable(Exception):
    """A file that no check can go on with; the text says where and what."""


def read(path: Path) -> Any:
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{relative(path)}: this is not UTF-8: save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise Unreadable(f"{relative(path)}: {yaml_problem(error)}") from error


def slots_are_typed() -> Iterator[str]:
    domain = read(ROOT / "domain.yml")
    for name, slot in (domain.get("slots") or {}).items():
        if slot.get("type") in (None, "any"):
            yield f"domain.yml: slot {name} needs a type that says what it holds"


def twins() -> Iterator[str]:
    """Every data file in one language has its other language; every story file has its scenarios."""
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        topic, language = path.stem.rsplit(".", 1)
        other = path.with_name(f"{topic}.{'en' if language == 'zh' else 'zh'}.yml")
        if not other.exists():
            yield f"{relative(path)}: {relative(other)} is missing"
    for path in sorted((ROOT / "data" / "stories").glob("*.yml")):
        for language in ("zh", "en"):
            twin = ROOT / "tests" / "scenarios" / f"{path.stem}.{language}.yml"
            if not twin.exists():
                yield f"{relative(path)}: its scenarios {relative(twin)} are missing"


def examples() -> Iterator[tuple[Path, str, str]]:
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in read(path)["nlu"]:
            written = block.get("examples") or ""
            if not isinstance(written, str):
                name = block.get("intent", "a block")
                raise Unreadable(
                    f"{relative(path)}: {name}: write `examples: |`, with the stroke at the end of the line"
                )
            for line in written.splitlines():
                text = line.strip().removeprefix("- ").strip()
                if "intent" in block and text:
                    yield path, block["intent"], text


def folded(text: str) -> str:
    """What two people would call the same message: no case, no punctuation, no spaces, no annotation."""
    plain = unicodedata.normalize("NFKC", ANNOTATION.sub(r"\1", text)).casefold()
    kept = "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LNS")
    return kept or plain


def shared_examples() -> Iterator[str]:
    seen: dict[str, tuple[str, str]] = {}
    for path, intent, text in examples():
        first = seen.setdefault(folded(text), (intent, relative(path)))
        if first[0] != intent:
            yield f"{relative(path)}: {text!r} stands under {intent} and under {first[0]} ({first[1]})"


def declared_intents() -> set[str]:
    domain = read(ROOT / "domain.yml")
    return {next(iter(item)) if isinstance(item, dict) else item for item in domain["intents"]} - {"nlu_fallback"}


def enough_examples() -> Iterator[str]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for path, intent, _ in examples():
        counts[intent, path.stem.rsplit(".", 1)[1]] += 1
    declared = declared_intents()
    for intent in sorted(declared):
        for language in ("zh", "en"):
            if counts[intent, language] < LEAST_EXAMPLES:
                found = counts[intent, language]
                yield f"data/nlu: {intent} has {found} examples in {language}, needs {LEAST_EXAMPLES}"
    for intent in sorted({intent for intent, _ in counts} - declared):
        yield f"domain.yml: intent {intent} of data/nlu is not declared"


def story_rules() -> Iterator[tuple[Path, set[str], set[str]]]:
    """Each rule of data/stories: its file, the intents it begins with, the actions it runs."""
    for path in sorted((ROOT / "data" / "stories").glob("*.yml")):
        for rule in read(path).get("rules") or []:
            steps = [choice for step in rule["steps"] for choice in step.get("or", [step])]
            intents = {step["intent"] for step in steps if "intent" in step}
            yield path, intents, {step["action"] for step in steps if "action" in step}


def article_intents() -> set[str]:
    heads = (path.read_text(encoding="utf-8").split("---\n") for path in (ROOT / "kb" / "articles").rglob("*.md"))
    # A broken head is told by `kefu kb lint`.
    return {intent for parts in heads if len(parts) > 2 for intent in yaml.safe_load(parts[1]).get("intents") or []}


def every_intent_is_served() -> Iterator[str]:
    """An intent without a rule, or sent to the articles where none lists it, ends in "I did not understand"."""
    rules = list(story_rules())
    ruled = {intent for _, intents, _ in rules for intent in intents}
    for intent in sorted(declared_intents() - ruled):
        yield f"domain.yml: no rule in data/stories says what happens after {intent}"
    listed = article_intents()
    for path, intents, actions in rules:
        if "action_answer_from_knowledge" in actions:
            for intent in sorted(intents - listed):
                yield f"{relative(path)}: no article in kb/articles lists {intent} under intents"


def topics_have_labels() -> Iterator[str]:
    """A message half understood is answered with buttons: every intent that an article serves needs its label."""
    files = (ROOT / "data" / "responses").glob("*.yml")
    labels = {key for path in files for key in read(path).get("responses") or {}}
    for intent in sorted(article_intents() - WITH_A_BUTTON_OF_ITS_OWN):
        if f"button_topic_{intent}" not in labels:
            yield f"data/responses/buttons.yml: write button_topic_{intent} in both languages, as its neighbours are"


CHECKS = (
    file_sizes,
    literal_texts,
    slots_are_typed,
    twins,
    shared_examples,
    enough_examples,
    every_intent_is_served,
    topics_have_labels,
)


def faults_of(check: Callable[[], Iterator[str]]) -> Iterator[str]:
    try:
        yield from check()
    except Unreadable as error:
        yield str(error)


def main() -> int:
    # Several checks read the same file: what is wrong with it is told once.
    faults = list(dict.fromkeys(fault for check in CHECKS for fault in faults_of(check)))
    for fault in faults:
        print(fault)
    print(f"conventions: {len(faults)} fault(s)", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
