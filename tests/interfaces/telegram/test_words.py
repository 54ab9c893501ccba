"""Every text in both languages: the same placeholders, no English in the Chinese, nothing missing, nothing unused."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

import interfaces.telegram.words
from db.records import AttemptStatus, CallStatus
from db.statements.equipment import RunStatus
from interfaces.telegram.commands import COMMANDS
from interfaces.telegram.keyboards import Action
from interfaces.telegram.words import WORDS, language_of, say
from nexus.model_status import ModelStatus
from nexus.work_order import TERMINAL, Role, Status

FOLDER = Path(interfaces.telegram.words.__file__).parent
NAMES = {"NEXUS", "CEO", "Redis", "PostgreSQL", "Telegram", "UTC", "MB"}
FAMILIES: Mapping[str, Collection[str]] = {
    "b_": set(Action) - {Action.YES} | {"yes"},
    "b_done_": set(Action) - {Action.QA, Action.WHY},
    "is_": set(Status),
    "h_": set(ModelStatus),
    "r_": set(Role),
    "m_": set(COMMANDS),
    "p_": {"today", "week", "month", "all"},
    "w_": {"day", "month"},
    "limit_": {"day", "month"},
    "t_": set(AttemptStatus),
    "s_": set(CallStatus) - {CallStatus.RECORDED},
    "eq_is_": {*RunStatus, "off", "on"},
    "": {*Role, *TERMINAL},
}
"""Keys that are put together while the bot runs."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def english_in(text: str) -> set[str]:
    """Latin words that are no placeholder, no command line and no proper name."""
    plain = re.sub(r"\{\w+\}|/[a-z]+|nexus telegram approve|nexus router show", " ", text)
    return set(re.findall(r"[A-Za-z]{2,}", plain)) - NAMES


def calls(names: set[str]) -> Iterator[tuple[str, str]]:
    """The constant keys with which functions of these names are called, and where."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = 1 if getattr(node.func, "id", "") == "say" else 0
                if name in names and len(node.args) > first:
                    key = node.args[first]
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, path.name


def constants() -> set[str]:
    """Every string that stands in the bot's code, and the beginning of every one that is put together."""
    found = set()
    for path in FOLDER.glob("*.py"):
        if path.name not in ("words.py", "equipment_words.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_have_the_same_placeholders_and_each_is_in_its_own(key: str) -> None:
    english, chinese = WORDS[key]
    assert placeholders(english) == placeholders(chinese)
    assert english_in(chinese) == set()
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert english.strip()
    assert chinese.strip()


def test_every_key_that_the_code_names_exists() -> None:
    named = dict(calls({"say", "_say", "NotPossible"}))
    assert len(named) > 50, "the search finds them"
    assert {key: where for key, where in named.items() if key not in WORDS} == {}
    made_up = {f"{prefix}{name}" for prefix, names in FAMILIES.items() for name in names}
    assert made_up - set(WORDS) == set()


def test_no_key_is_unused() -> None:
    made_up = {f"{prefix}{name}" for prefix, names in FAMILIES.items() for name in names}
    beginnings = ("a_", "c_", "k_", "alert:", "because:")  # looked up only where there are words
    unused = set(WORDS) - constants() - made_up
    assert {key for key in unused if not key.startswith(beginnings)} == set()


def test_the_check_for_english_can_fail() -> None:
    assert english_in("正在 working（{model}），见 /help") == {"working"}


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh", "zh"), ("zh-hans", "zh"), ("ZH-TW", "zh"), ("en", "en"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_who_speaks_no_chinese_gets_english(code: str | None, language: str) -> None:
    assert language_of(code) == language


def test_values_are_filled_in_and_braces_in_them_stay() -> None:
    assert say("en", "failed_because", reason="{0} {x}") == "It did not work: {0} {x}"
