"""The shipped sample of `nexus exam memory`: `python -m tests.memory.sample --write`. A test compares."""

import json
import sys
from collections.abc import Iterator

from nexus.cli.exam_memory import SAMPLE
from tests.memory import shipyard, studio
from tests.memory.planted import Conversation, a_conversation


def rows() -> Iterator[str]:
    """One row a world."""
    for name, world in (("studio", studio), ("shipyard", shipyard)):
        yield _row(f"{name}-1", a_conversation(world.FACTS, world.WORLD, seed=1))


def _row(name: str, talk: Conversation) -> str:
    turns = [{"role": said.role, "content": said.content} for said in talk.said]
    questions = [
        {"question": asked.question, "answers": [asked.answer], "evidence": [asked.turn], "lang": asked.lang}
        for asked in talk.asked
    ]
    return json.dumps({"id": name, "turns": turns, "questions": questions}, ensure_ascii=False)


if __name__ == "__main__":
    written = "".join(f"{row}\n" for row in rows())
    if "--write" in sys.argv:
        SAMPLE.parent.mkdir(exist_ok=True)
        SAMPLE.write_text(written, encoding="utf-8")
    else:
        sys.exit(SAMPLE.read_text(encoding="utf-8") != written)
