"""Add an FAQ, or questions to one. One FAQ is one file; nothing else is touched."""

from __future__ import annotations

import argparse
import csv
import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from bot.cli.console import bad, good, interactive, weak
from bot.faq.files import FaqInvalid, NewFaq, NewSource, add_questions, topic_id, write_new
from bot.faq.misfiled import batches
from bot.faq.nearest import ALIKE, Neighbours
from knowledge.curated.content import EVIDENCE_LEVELS, GROUPS, Content, questions_of
from knowledge.curated.lint import check
from knowledge.curated.lint.sources import TYPES
from knowledge.curated.reading import CONTENT_FOLDER, ContentInvalid, read_content

#: So many questions make a start; below, the topic will hardly be recognised.
FEW_QUESTIONS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`new`, `add-question`, `import`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="a new FAQ; asks for what is not given")
    new_arguments(new)
    add = actions.add_parser("add-question", help="more ways to ask an FAQ")
    add.add_argument("topic")
    add.add_argument("question", nargs="+", help="each in quotes")
    imported = actions.add_parser("import", help="questions from a CSV file")
    imported.add_argument("file", type=Path, help="with the columns question and topic")
    for each in (add, imported):
        each.add_argument("--language", default="en", help="of the questions (default: en)")
        each.add_argument("--yes", action="store_true", help="add them whatever they look like")
    for each in (new, add, imported):
        each.add_argument(
            "--content", type=Path, default=CONTENT_FOLDER, help=argparse.SUPPRESS
        )  # for trying it out elsewhere


def new_arguments(new: argparse.ArgumentParser) -> None:
    """The options of `faq new`, which the review queue takes too."""
    new.add_argument("--id", help="small letters and _ (default: made from the title)")
    new.add_argument("--title", help="the question as a button shows it, at most 70 characters")
    new.add_argument("--group", choices=sorted(GROUPS), help="what it is about (default: process)")
    new.add_argument(
        "--answer", action="append", help="a paragraph in plain words; may be given again"
    )
    new.add_argument(
        "--question", action="append", help="a way in which people ask it; may be given again"
    )
    new.add_argument("--source", action="append", default=[], help="id of a source we have")
    new.add_argument("--next", action="append", default=[], help="a topic to offer next")
    new.add_argument("--evidence", choices=EVIDENCE_LEVELS, help="where it is about results")
    fresh = new.add_argument_group("a source that we don't have yet (goes into the same file)")
    fresh.add_argument("--source-url", help="its address")
    fresh.add_argument("--source-title", help="its title")
    fresh.add_argument("--source-publisher", help="who says it")
    fresh.add_argument(
        "--source-date", help="when it was published: YYYY, YYYY-MM, YYYY-MM-DD, or undated"
    )
    fresh.add_argument(
        "--source-type", choices=sorted(TYPES), default="expert_guidance", help="what it is"
    )
    fresh.add_argument("--source-line", help="the short wording that the answer rests on")
    new.add_argument(
        "--yes", action="store_true", help="write it although a topic is like it; ask nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it; exit 1 where it can't be done or the content has problems afterwards."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "new": new,
        "add-question": lambda a: _add(a, {a.topic: a.question}),
        "import": lambda a: _add(a, _questions_of(a.file)),
    }
    try:
        return actions[arguments.action](arguments)
    except (FaqInvalid, ContentInvalid) as error:
        bad(str(error))
        return 1


def new(arguments: argparse.Namespace) -> int:
    """Write a new FAQ from what was given, asking for the rest where somebody is there.

    Raises FaqInvalid, ContentInvalid.
    """
    content = read_content(arguments.content)
    ask = interactive() and not arguments.yes
    faq = _asked_for(arguments, content.sources) if ask else _given(arguments)
    like = Neighbours(questions_of(content)).of([faq.title, *faq.questions])
    for near in like:
        print(f"  {near.similarity:.2f}  {near.topic}: {near.question}")
    if like and like[0].similarity >= ALIKE and not arguments.yes:
        weak(f"This looks like `{like[0].topic}`: add it there?")
        if not ask:
            raise FaqInvalid(
                f"Nothing written. To add it: faq add-question {like[0].topic} …; or --yes."
            )
        if _confirmed(f"Add the questions to `{like[0].topic}`?"):
            return _add(arguments, {like[0].topic: [*faq.questions]}, "en")
    path = write_new(arguments.content, faq, datetime.date.today())
    good(f"Written: {path}")
    if len(faq.questions) < FEW_QUESTIONS:
        weak(f"{len(faq.questions)} question(s): {FEW_QUESTIONS} make a start, sixty a good topic.")
    return _linted(arguments.content, [path])


def _add(arguments: argparse.Namespace, questions: dict[str, list[str]], language: str = "") -> int:
    content = read_content(arguments.content)
    unknown = sorted(set(questions) - set(content.topics))
    if unknown:
        raise FaqInvalid(f"there is no topic {', '.join(unknown)}; nothing was added")
    _refuse_misfiled(content, questions, arguments)
    for topic, asked in questions.items():
        added = add_questions(arguments.content, topic, asked, language or arguments.language)
        good(f"{topic}: {added} added, {len(asked) - added} known already")
    return _linted(
        arguments.content, [arguments.content / "topics" / f"{each}.yml" for each in questions]
    )


def _refuse_misfiled(
    content: Content, questions: dict[str, list[str]], arguments: argparse.Namespace
) -> None:
    """Show which questions are like another topic's; refuse a batch where more are than by chance.

    Raises FaqInvalid. A batch filed under the wrong topic spoils both.
    """
    before = questions_of(content)
    after = {topic: [*asked, *questions.get(topic, ())] for topic, asked in before.items()}
    found = batches(after, before)
    for batch in found:
        for question, near in batch.elsewhere.items():
            weak(f"  '{question}' looks like `{near.topic}` ({near.question})")
    suspect = [batch for batch in found if batch.suspect]
    if suspect and not arguments.yes:
        told = "\n".join(str(batch) for batch in suspect)
        raise FaqInvalid(f"{told}\nNothing was added. File them there, or give --yes.")


def _questions_of(path: Path) -> dict[str, list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if not {"question", "topic"} <= set(reader.fieldnames or ()):
                raise FaqInvalid(f"{path}: the first line must name the columns question and topic")
            found: dict[str, list[str]] = defaultdict(list)
            for row in reader:
                if row["question"] and row["topic"]:
                    found[row["topic"].strip()].append(row["question"])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaqInvalid(f"{path} can't be read: {error}") from error
    return found


def _linted(folder: Path, written: Sequence[Path]) -> int:
    problems = check(folder)
    here = [problem for problem in problems if problem.path in written]
    for problem in here:
        print(problem)
    if here:
        weak(f"{len(here)} problem(s): mend them, then python -m bot check")
        return 1
    if problems:
        weak(f"In order. {len(problems)} problem(s) stand in other files: python -m bot check")
    good("Next: python -m bot train, then python -m bot promote")
    return 0


# -- what was given, and what is asked for


def _given(arguments: argparse.Namespace) -> NewFaq:
    missing = [
        f"--{name}" for name in ("title", "answer", "question") if not getattr(arguments, name)
    ]
    if missing:
        raise FaqInvalid(f"missing: {', '.join(missing)}")
    id_ = arguments.id or topic_id(arguments.title)
    return NewFaq(
        id=id_,
        group=arguments.group or "process",
        title=arguments.title,
        answer=arguments.answer,
        questions=arguments.question,
        sources=arguments.source,
        new_sources=_new_source(arguments, id_),
        next=arguments.next,
        evidence=arguments.evidence,
    )


def _new_source(arguments: argparse.Namespace, topic: str) -> list[NewSource]:
    parts = {
        name: getattr(arguments, f"source_{name}")
        for name in ("url", "title", "publisher", "date", "line")
    }
    if not any(parts.values()):
        return []
    missing = [f"--source-{name}" for name, value in parts.items() if not value]
    if missing:
        raise FaqInvalid(f"the new source lacks {', '.join(missing)}")
    id_ = f"{topic.replace('_', '-')}-{parts['date'].split('-')[0]}"
    return [NewSource(id=id_, type=arguments.source_type, **parts)]


def _asked_for(arguments: argparse.Namespace, known_sources: Collection[str]) -> NewFaq:
    """known_sources: ids; no other one is taken."""
    import questionary

    def given_or_asked(given: str | None, question: questionary.Question) -> str:
        if given:
            return given
        answer = question.ask()
        if answer is None:
            raise FaqInvalid("stopped; nothing was written")
        return str(answer).strip()

    def text(message: str, given: str | None = None, default: str = "") -> str:
        return given_or_asked(given, questionary.text(message, default=default))

    def several(message: str, ask: Callable[[str], str]) -> list[str]:
        found: list[str] = []
        while line := ask(f"{message} (empty: {'no more' if found else 'none'}):"):
            found.append(line)
        return found

    def source(message: str) -> str:
        return given_or_asked(
            None,
            questionary.autocomplete(
                message,
                choices=sorted(known_sources),
                match_middle=True,
                validate=lambda id_: not id_ or id_ in known_sources or "No source has that id.",
            ),
        )

    filled = argparse.Namespace(**vars(arguments))
    filled.title = text("The question, as a button shows it:", arguments.title)
    filled.id = text("Its id:", arguments.id, topic_id(filled.title))
    group = questionary.select("About:", sorted(GROUPS), default="process")
    filled.group = given_or_asked(arguments.group, group)
    filled.answer = arguments.answer or several("A paragraph of the answer, in plain words", text)
    filled.source = arguments.source or several("Id of a source we have; type to search", source)
    if not filled.source:
        filled.source_url = text("A new source's address (empty: none):", arguments.source_url)
    if filled.source_url:
        for name in ("title", "publisher", "date", "line"):
            label = f"The source's {name}:"
            setattr(filled, f"source_{name}", text(label, getattr(arguments, f"source_{name}")))
    filled.question = arguments.question or several("A way in which people ask it", text)
    faq = _given(filled)
    return replace(faq, questions=list(dict.fromkeys([*faq.questions])))


def _confirmed(message: str) -> bool:
    import questionary

    return bool(questionary.confirm(message, default=True).ask())
