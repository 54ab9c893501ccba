"""Are a model's texts deliverable? `python -m tests.interfaces.telegram.formats --count 10000 --seed 1`.

The checker is written from the Bot API's "Formatting options" and from tdlib (fix_formatted_text,
are_entities_valid, check_link, is_empty_string), not from the code that it checks.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from telegram import MessageEntity

from interfaces.telegram.format import Answer, Part, answer_parts
from tests.interfaces.telegram.model_texts import Sample, sample

STYLES = {"bold", "italic", "underline", "strikethrough"}
QUOTES = {"blockquote", "expandable_blockquote"}
VERBATIM = {"pre", "code"}
TYPES = STYLES | QUOTES | VERBATIM | {"text_link"}

_EMPTY = re.compile(
    "[ \n\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f\u2800\u3000\ufeff\ufffc\U000e0000-\U000e007f"
    "\u0333\u033f\u030a]*"
)


def part_faults(part: Part, limit: int = 4096) -> Iterator[str]:
    """What Telegram would refuse in `part`, or show otherwise than it was meant."""
    try:
        units = memoryview(part.text.encode("utf-16-le")).cast("H").tolist()
    except UnicodeEncodeError:
        yield "a lone surrogate"
        return
    if len(units) > limit:
        yield f"{len(units)} units where {limit} are allowed"
    if _EMPTY.fullmatch(part.text):
        yield "an empty text"
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", part.text):
        yield "a control character"
    if part.text != part.text.rstrip(" \n"):
        yield "blanks at the end"
    starts_in_entity = bool(part.entities) and part.entities[0].offset == 0
    if part.text[:1] == "\n" or (part.text[:1] == " " and not starts_in_entity):
        yield "blanks at the beginning"
    if any(not _is_balanced(line) for line in part.text.split("\n")):
        yield "an open change of direction"
    json.dumps([entity.to_dict() for entity in part.entities]).encode()
    yield from _entity_faults(part, units)


_PAIR = re.compile(
    "[\u202a\u202b\u202d\u202e][^\u202a-\u202e\u2066-\u2069]*\u202c|[\u2066-\u2068][^\u202c\u2066-\u2069]*\u2069"
)


def _is_balanced(line: str) -> bool:
    """Whether pairs, the innermost first, use up every control; a closed isolate ends embeddings inside."""
    found = 1
    while found:
        line, found = _PAIR.subn("", line)
    return re.search("[\u202a-\u202e\u2066-\u2069]", line) is None


def _entity_faults(part: Part, units: Sequence[int]) -> Iterator[str]:
    if len(part.entities) > 100:
        yield f"{len(part.entities)} entities"
    around: list[tuple[str, int]] = []
    before = (-1, 0)
    for entity in part.entities:
        start, end = entity.offset, entity.offset + entity.length
        if start < 0 or entity.length <= 0 or end > len(units):
            yield f"an entity from {start} to {end} of {len(units)}"
            return
        if any(0xDC00 <= units[place] <= 0xDFFF for place in (start, end) if place < len(units)):
            yield "an entity that divides a surrogate pair"
            return
        if (start, -end) < before:
            yield "entities out of order"
        before = (start, -end)
        if _EMPTY.fullmatch(_covered(part, entity)):
            yield "an entity of nothing"
        yield from _kind_faults(entity)
        while around and around[-1][1] <= start:
            around.pop()
        yield from _nesting_faults(entity.type, end, around)
        around.append((entity.type, end))


def _covered(part: Part, entity: MessageEntity) -> str:
    data = part.text.encode("utf-16-le")
    return data[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def _kind_faults(entity: MessageEntity) -> Iterator[str]:
    if entity.type not in TYPES:
        yield f"an entity of type {entity.type}"
    if (entity.type == "text_link") != (entity.url is not None) or not _is_taken(entity.url):
        yield f"a link to {entity.url}"
    if entity.language is not None and (entity.type != "pre" or not entity.language.strip()):
        yield f"a language on {entity.type}"


def _nesting_faults(kind: str, end: int, around: Sequence[tuple[str, int]]) -> Iterator[str]:
    outer = {outer_kind for outer_kind, _ in around}
    if around and end > around[-1][1]:
        yield f"{kind} crosses the end of {around[-1][0]}"
    if kind in outer:
        yield f"{kind} in {kind}"
    if outer & VERBATIM:
        yield f"{kind} in code"
    if kind in VERBATIM and outer - QUOTES:
        yield f"{kind} in {outer}"
    if kind in QUOTES and outer - STYLES:
        yield f"{kind} in {outer}"
    if kind == "text_link" and "text_link" in outer:
        yield "a link in a link"


def _is_taken(url: str | None) -> bool:
    if url is None:
        return True
    if url.startswith("tg://"):
        return not url.startswith("tg://user") and re.fullmatch(r"tg://[\w-]+/?(\?\S*)?", url) is not None
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError:
        return False
    host = place.hostname or ""
    return (
        place.scheme in ("http", "https")
        and "." in host.strip(".")
        and all(char.isalnum() or char in ".-_" for char in host)
        and not place.username
        and port != 0
        and re.search(r"[\s\x00-\x20\u202a-\u202e\u2066-\u2069]", url) is None
    )


def answer_faults(answer: Answer, text: Sample, room: int = 0) -> Iterator[str]:
    """What is wrong with the answer to `text`: with its parts, or with what is missing."""
    if not 1 <= len(answer.parts) <= 10:
        yield f"{len(answer.parts)} parts"
    for number, part in enumerate(answer.parts, 1):
        yield from part_faults(part, 4096 - room if number == len(answer.parts) else 4096)
    if answer.file is not None:
        whole = answer.file.decode()
        if len(answer.parts) != 1 or not answer.parts[0].text.endswith("…"):
            yield "a file without the beginning of the answer"
        if whole != "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text.markdown):
            yield "a file that is not the answer"
        return
    shown = "".join(part.text for part in answer.parts)
    place = 0
    for word in text.words:
        place = shown.find(word, place)
        if place < 0:
            yield f"without the word {word}"
            break
    codes = [
        _covered(part, entity) for part in answer.parts for entity in part.entities if entity.type == "pre"
    ]
    if lost := [fence for fence in text.fences if fence not in codes]:
        yield f"code in pieces: {lost[0][:40]!r}"


@dataclass(slots=True)
class Counts:
    texts: int = 0
    parts: int = 0
    entities: int = 0
    files: int = 0
    faulty: int = 0
    longest_units: int = 0
    slowest_s: float = 0.0

    def add(self, answer: Answer, took_s: float) -> None:
        self.texts += 1
        self.parts += len(answer.parts)
        self.entities += sum(len(part.entities) for part in answer.parts)
        self.files += answer.file is not None
        lengths = [len(part.text.encode("utf-16-le")) // 2 for part in answer.parts]
        self.longest_units = max(self.longest_units, *lengths)
        self.slowest_s = max(self.slowest_s, took_s)

    def __str__(self) -> str:
        return (
            f"{self.texts} texts: {self.parts} parts, {self.entities} entities, {self.files} as files, "
            f"longest part {self.longest_units} UTF-16 units, slowest {self.slowest_s:.2f} s, "
            f"{self.faulty} undeliverable or faulty"
        )


def run(count: int, seed: int) -> tuple[Counts, list[str]]:
    """Formats `count` texts from `seed` on; the counts and each fault with the seed of its text."""
    counts = Counts()
    faults: list[str] = []
    for number in range(seed * 1_000_000, seed * 1_000_000 + count):
        text = sample(number)
        room = (0, 300)[number % 2]
        start = time.perf_counter()
        answer = answer_parts(text.markdown, room=room)
        counts.add(answer, time.perf_counter() - start)
        found = list(answer_faults(answer, text, room))
        counts.faulty += bool(found)
        faults += [f"sample({number}): {fault}" for fault in found]
    return counts, faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts, faults = run(arguments.count, arguments.seed)
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(counts)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
