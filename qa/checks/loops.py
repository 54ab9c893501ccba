"""Degenerate repetition, the way small models fail: "la Femme, la Femme, la Femme, …". Used by `answer`.

Four signs, each linear in the text: the same line many times in a row; a tail that repeats a short piece of
characters; a tail that repeats a phrase of words; a tail of very few different phrases. Code blocks, tables,
CSV and JSON repeat themselves by nature: they are left out, and then the whole text is looked at again with
five times the patience. The thresholds are ours, set on the examples in tests/qa/checks/test_qa_loops.py.
"""

import re

from qa.fences import split_fences

_STRUCTURED_PATIENCE = 5
_TAIL_WORDS = 1000
_TAIL_CHARS = 400
_MAX_CHAR_PERIOD = 20

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_LIST_MARK = re.compile(r"^(?:[-*+•]|\(?\d{1,4}[.)、:])\s+")
_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\d\]])")
_ENDS_LIKE_CODE = (";", "{", "}", "]")
# "AI-powered, AI-driven, and AI-assisted, AI-optimized, AI-e": five in one sentence, and no end to it.
_SAME_PREFIX_TAIL = re.compile(r"\w \b(\w{1,20})-\w+(?:,? (?:and )?\1-\w+){4,}\Z")


def find_loop(text: str) -> str | None:
    """Say how the text repeats itself, without quoting it, or None if it does not."""
    prose = _prose(text)
    words = _tail_words(prose)
    found = _loop_in(prose, words, 1) or _few_phrases(words) or _same_prefix(prose)
    if found is None and len(prose) < len(text):
        found = _loop_in(text, _tail_words(text), _STRUCTURED_PATIENCE)
    return found


def _prose(text: str) -> str:
    """The lines that are neither code nor a table nor data."""
    if _JSON_START.match(text):
        return ""
    return "\n".join(line for line in split_fences(text).outside.split("\n") if not _is_structured(line))


def _is_structured(line: str) -> bool:
    return (
        line.startswith(("|", "    ", "\t"))
        or line.rstrip().endswith(_ENDS_LIKE_CODE)
        or "\t" in line
        or (line.count(",") >= 2 and ", " not in line)
        or line.count("|") >= 2
    )


def _loop_in(text: str, words: list[str], patience: int) -> str | None:
    return (
        _same_line(text, patience)
        or _periodic_characters(text.rstrip(), patience)
        or _periodic_words(words, patience)
    )


def _same_line(text: str, patience: int) -> str | None:
    previous, times = "", 0
    for line in text.split("\n"):
        key = line.strip().casefold()
        if not key:
            continue
        key = _LIST_MARK.sub("", key, count=1)
        times = times + 1 if key == previous else 1
        previous = key
        if times >= 5 * patience and times >= _lines_needed(key) * patience:
            return f"the same line stands {times} times in a row"
    return None


def _lines_needed(key: str) -> int:
    """A sentence is a loop sooner than a short entry such as "yes" or a rule of dashes."""
    if not any(map(str.isalpha, key)):
        return 100
    words = len(_WORD.findall(key))
    return 5 if words >= 3 and len(key.encode(errors="replace")) >= 12 else 20


def _periodic_characters(text: str, patience: int) -> str | None:
    """One very long run of a piece of at most 20 characters, whatever they are, up to the end."""
    length = _TAIL_CHARS * patience
    tail = text[-length:]
    if len(tail) == length and any(tail[p:] == tail[:-p] for p in range(1, _MAX_CHAR_PERIOD + 1)):
        return f"the last {length} characters repeat a piece of at most {_MAX_CHAR_PERIOD}"
    return None


def _periodic_words(words: list[str], patience: int) -> str | None:
    """The same phrase up to the end; the last word may be cut off, so it is not looked at."""
    back = words[-2::-1]
    for period in range(1, len(back) // 4 + 1):
        if back[period] != back[0]:
            continue
        run = period * _repeats_needed(period) * patience
        if len(back) >= run and back[period:run] == back[: run - period] and _has_letters(back[:period]):
            return f"the last {run} words or more repeat the same {period}"
    return None


def _repeats_needed(period: int) -> int:
    """A word may be said often ("ha ha ha"), a chorus a few times, a paragraph hardly ever."""
    if period == 1:
        return 20
    return 6 if period < 8 else 4


def _has_letters(words: list[str]) -> bool:
    return any(map(str.isalpha, "".join(words)))


def _few_phrases(words: list[str]) -> str | None:
    """A loop that drifts: hardly any three words in the last hundred are new."""
    tail = words[-100:]
    phrases = set(zip(tail, tail[1:], tail[2:], strict=False))
    if len(tail) == 100 and len(phrases) < 20 and _has_letters(tail):
        return f"the last 100 words are made of {len(phrases)} phrases"
    return None


def _same_prefix(text: str) -> str | None:
    """A sentence that never ends because every word in it gets the same first half."""
    if _SAME_PREFIX_TAIL.search(text[-300:].rstrip()):
        return "the last words put one prefix before everything, without an end"
    return None


def _tail_words(text: str) -> list[str]:
    """The last words, no more than any run that counts: a thousand, of five letters and a space."""
    return _WORD.findall(text[-6 * _TAIL_WORDS :].casefold())[-_TAIL_WORDS:]
