"""Difficulty by rules: an ordered list, the first that matches decides. Pure, and under a millisecond.

They decide where no learned router can be asked. Hard before easy; what no rule knows is normal, and uncertain.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from nexus.work_order import Difficulty

LONG_MESSAGE_CHARS = 1_500
SHORT_MESSAGE_CHARS = 120
MANY_PARTS = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """How hard, by which rule, and why in words. `certain` is False where a capable model may be asked."""

    difficulty: Difficulty
    rule: str
    reason: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A named test and what follows from it."""

    name: str
    difficulty: Difficulty
    reason: str
    matches: Callable[[str], bool]


def judge(message: str) -> Judgement:
    """Judge one message, which can be acted on and is no small talk."""
    text = message.strip()
    for rule in RULES:
        if rule.matches(text):
            return Judgement(rule.difficulty, rule.name, rule.reason)
    return Judgement(Difficulty.NORMAL, "default", "everyday work", certain=False)


def _found(*patterns: str) -> Callable[[str], bool]:
    compiled = re.compile("|".join(patterns), re.IGNORECASE)
    return lambda text: compiled.search(text) is not None


def _short_and(*patterns: str) -> Callable[[str], bool]:
    found = _found(*patterns)
    return lambda text: len(text) <= SHORT_MESSAGE_CHARS and found(text)


def _has_many_parts(text: str) -> bool:
    numbered = re.findall(r"(?m)^\s*(?:\d+[.)]|[-*•])\s+\S", text)
    questions = re.findall(r"[?？](?:\s|$)", text)
    return len(numbered) >= MANY_PARTS or len(questions) >= MANY_PARTS


_COMPLEX = (
    r"\b(?:architect(?:ure)?|design (?:a|an|the|me)\b|system design|trade-?offs?|scal(?:e|able|ability) (?:to|for)"
    r"|zero[- ]downtime|multi-region|microservice|full[- ]stack|distributed|fault[- ]toleran|consensus|migration plan"
    r"|roadmap|strateg(?:y|ic)|business plan|go-to-market)",
    r"\b(?:prove|proof|derive|theorem|lemma|induction|np-(?:hard|complete)|big-?o|asymptotic|differential equation"
    r"|integral of|eigenvalue|bayesian|hypothesis test)",
    r"\b(?:refactor|debug|race condition|deadlock|memory leak|root cause|optimi[sz]e|performance problem"
    r"|(?:implement|write|build|create) (?:a|an)(?: \w+){0,3} (?:compiler|parser|database|interpreter"
    r"|scheduler|protocol|platform|operating system|web app|application|framework|engine))",
    r"\b(?:in[- ]depth|comprehensive|thorough(?:ly)?|step[- ]by[- ]step (?:plan|analysis)|critically|evaluate the"
    r"|literature review|research (?:paper|proposal)|white ?paper|essay of|negotiat)",
    r"设计(?:一个|一套|方案)|架构|证明|推导|定理|重构|死锁|内存泄漏|性能优化|根本原因|战略|商业计划|深入分析|论文|权衡",
)
_SMALL_FACT = (
    r"^(?:what(?:'s| is| are| time| day| does)|who(?:'s| is| was| are)|tell me a (?:joke|fact)"
    r"|when (?:is|was|did)|where (?:is|was)|which|how (?:many|old|tall|far)"
    r"|is|are|was|does|did|do|define|spell|name|list|convert|translate|say|give me)\b[^.!\n]*[?.!]?$",
    r"^[\d\s+\-*/().^%=x×÷]+[?？=]*$",
    r"(?:是什么|是谁|在哪里|哪里|多少|几点|什么时候|首都|翻译)",
)

RULES = (
    Rule("hard_work", Difficulty.COMPLEX, "design, proof, debugging or strategy", _found(*_COMPLEX)),
    Rule(
        "long_message",
        Difficulty.COMPLEX,
        "a long message",
        lambda text: len(text) > LONG_MESSAGE_CHARS,
    ),
    Rule("many_parts", Difficulty.COMPLEX, "many parts to answer", _has_many_parts),
    Rule("small_fact", Difficulty.TRIVIAL, "a short factual question", _short_and(*_SMALL_FACT)),
)
