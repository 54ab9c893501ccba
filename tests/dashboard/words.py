"""Which words a page shows, and which of them nobody translated."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

FRONTEND = Path(__file__).parent.parent.parent / "dashboard" / "frontend" / "src" / "i18n"
KEEP_DATA = """
    window.heard = [];
    const ask = window.fetch;
    window.fetch = async (...request) => {
        const answer = await ask(...request);
        window.heard.push(await answer.clone().text());
        return answer;
    };
"""
"""For a page's first script: keeps what the gateway said, for that is data and in no language of the page's."""
DATA = "() => window.heard.join('\\n')"
TEXTS = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.nodeType === Node.TEXT_NODE) {
            const isCode = node.parentElement.closest("code, pre, script, style, time");
            if (!isCode && node.parentElement.checkVisibility()) found.push(node.data.trim());
        } else {
            const isRead = !node.closest("[aria-hidden=true]");
            const names = isRead ? ["aria-label", "placeholder", "alt"] : [];
            for (const name of names) found.push(node.getAttribute(name) ?? "");
        }
    }
    return [...new Set(found)].filter(Boolean);
}"""
"""What is to be read on the page, and what a screen reader says of it."""
NAMES = frozenset(("NEXUS", "CEO", "CSV", "Telegram", "English", "OpenAI", "API", "REST", "WebSocket", "QA"))
_EXAMPLES = frozenset(
    ("owner", "order.cancelled")
)  # what the API calls things, shown in the fields for a filter
_VALUE = re.compile(r'(?:\w+|"[^"]+"):\s*("(?:[^"\\]|\\.)*")')
_HOLE = re.compile(r"\{\{\w+\}\}")
_WORD = re.compile(r"[A-Za-z]{3,}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def phrases(language: str) -> set[str]:
    """Everything that the dashboard says in a language, from its dictionaries."""
    names = (f"{language}.ts", f"equipment.{language}.ts", f"settings.{language}.ts")
    files = [FRONTEND / name for name in names if (FRONTEND / name).is_file()]
    return {str(json.loads(value)) for path in files for value in _VALUE.findall(path.read_text())}


def left_in_english(texts: Iterable[str], data: str) -> list[str]:
    """What a Chinese page still says in English: a phrase of the English dictionary, or words that are neither Chinese
    nor the gateway's.
    """
    only_english = phrases("en") - phrases("zh")
    patterns = [_pattern(phrase) for phrase in only_english if _WORD.search(_HOLE.sub("", phrase))]
    known = {*_WORD.findall(data), *NAMES}
    return [
        text
        for text in texts
        if text not in _EXAMPLES
        and (
            any(pattern.fullmatch(text) for pattern in patterns)
            or (not _CHINESE.search(text) and not set(_WORD.findall(text)) <= known)
        )
    ]


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in _HOLE.split(phrase)), re.DOTALL)
