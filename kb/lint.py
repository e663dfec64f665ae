"""Check articles before they go live: both languages, same sections, questions, links, answers short enough."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from kb.articles import Article, ArticleError, article_paths, name_of, read_article
from kb.heads import decode, split_head
from kb.lint_heads import file_faults
from kb.numbers import contradictions
from kb.passages import MOST_PASSAGES, passages_of

LEAST_QUESTIONS = 3
LONGEST_SECTION = {"zh": 260, "en": 700}
_LINK = re.compile(r"\]\(/help/([^)#?\s]+)")
_NO_LETTER = re.compile(r"\W+")


def lint(folder: Path, known_intents: Collection[str] | None = None, *, owners: bool = False) -> list[str]:
    """Every fault, one line each, with the file and what to do; empty when all is well.

    ``known_intents``: when given, the intents in the heads must be among them. With ``owners`` each article must name
    who looks after it.
    """
    faults: list[str] = []
    articles: list[Article] = []
    # Broken, but there: its other language is not missing, and links to it are not dead.
    unreadable: set[str] = set()
    for path in article_paths(folder):
        try:
            articles.append(read_article(path, folder))
        except ArticleError as error:
            faults.append(str(error))
            unreadable.add(name_of(path)[0])
    pairs: dict[str, dict[str, Article]] = defaultdict(dict)
    for article in articles:
        faults += file_faults(article.path, known_intents)
        if first := pairs[article.slug].get(article.language):
            faults.append(f"{article.path}: the name {article.slug} is taken by {first.path}")
        pairs[article.slug][article.language] = article
    for article in articles:
        faults += _article_faults(article, {*pairs, *unreadable})
        if owners and not article.owner:
            faults.append(f"{article.path}: nobody looks after it; write `owner: NAME` into the head")
    for slug, pair in sorted(pairs.items()):
        faults += [] if slug in unreadable else _pair_faults(slug, pair)
    return [*faults, *_shared_questions(articles), *_main_articles(articles)]


def _main_articles(articles: list[Article]) -> Iterator[str]:
    """An intent that several articles list needs one that its button shows; by its name it would be by chance."""
    serving: dict[tuple[str, str], list[Article]] = defaultdict(list)
    for article in articles:
        for intent in article.main_for:
            if intent not in article.intents:
                yield f"{article.path}: main_for names {intent}, which is not among its intents"
        for intent in article.intents:
            serving[intent, article.language].append(article)
    for (intent, _), found in sorted(serving.items()):
        main = [article for article in found if intent in article.main_for]
        if len(main) > 1:
            yield f"{main[1].path}: {main[0].path} is the main article for {intent}, too; keep it in one of them"
        elif len(found) > 1 and not main:
            yield f"{found[0].path}: {len(found)} articles list {intent}; write `main_for: [{intent}]` into one of them"


def _shared_questions(articles: list[Article]) -> Iterator[str]:
    """A question that two articles claim finds one of them by chance."""
    seen: dict[tuple[str, str], Article] = {}
    for article in articles:
        for question in article.questions:
            first = seen.setdefault((article.language, _NO_LETTER.sub("", question).casefold()), article)
            if first.slug != article.slug:
                yield f"{article.path}: the question {question!r} stands in {first.path} too; keep it in one of them"


def notices(folder: Path, today: date) -> list[str]:
    """What is worth knowing and not wrong: articles whose time is over, or that nobody looks after."""
    told, ownerless = [], 0
    for path in article_paths(folder):
        try:
            article = read_article(path, folder)
        except ArticleError:
            continue
        ownerless += not article.owner
        if article.valid_until and article.valid_until < today:
            told.append(f"{path}: its time is over since {article.valid_until}; it is not found any more")
    return [*told, f"{ownerless} file(s) name no owner"] if ownerless else told


def _article_faults(article: Article, slugs: set[str]) -> Iterator[str]:
    # Without a head there are none, which is told already.
    if split_head(decode(article.path.read_bytes()), article.path)[0] and len(article.questions) < LEAST_QUESTIONS:
        yield f"{article.path}: give at least {LEAST_QUESTIONS} questions that it answers, as customers would ask them"
    if article.valid_from and article.valid_until and article.valid_from > article.valid_until:
        yield f"{article.path}: valid_from {article.valid_from} lies after valid_until {article.valid_until}"
    if not article.sections or article.sections[0].heading:
        yield f"{article.path}: begin with a short answer before the first heading"
    for section in article.sections:
        limit = LONGEST_SECTION[article.language]
        if len(section.text) > limit:
            where = section.heading or "the opening"
            yield f"{article.path}: {where} has {len(section.text)} characters, at most {limit} fit into a chat bubble"
    if len(passages_of(article)) == MOST_PASSAGES:
        yield f"{article.path}: only its first {MOST_PASSAGES} passages are searched; make several pages of it"
    for target in _LINK.findall(article.body):
        if target not in slugs:
            yield f"{article.path}: the link /help/{target} leads to no article"


def _pair_faults(slug: str, pair: dict[str, Article]) -> Iterator[str]:
    if len(pair) == 1:
        (there,) = pair.values()
        missing = "en" if there.language == "zh" else "zh"
        yield f"{there.path}: its other language, {slug}.{missing}.md, is missing"
        return
    zh, en = pair["zh"], pair["en"]
    if len(zh.sections) != len(en.sections):
        counts = f"{len(zh.sections)} sections, but {len(en.sections)} in English"
        yield f"{zh.path}: {counts}; an answer is taken from the same place in both"
        return
    if (zh.valid_from, zh.valid_until) != (en.valid_from, en.valid_until):
        yield f"{zh.path}: valid_from and valid_until differ from the English ones"
    if (zh.intents, zh.main_for) != (en.intents, en.main_for):
        yield f"{zh.path}: the list of intents or of main_for differs from the English one"
    for chinese, english in zip(zh.sections, en.sections, strict=True):
        if differing := contradictions(chinese.text, english.text):
            where = chinese.heading or "the opening"
            yield f"{zh.path}: {where}: the numbers {', '.join(differing)} stand in one language only"
