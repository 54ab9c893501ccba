"""Triage by rules."""

import pytest

from agents.rules import Judgement, judge
from nexus.work_order import Difficulty

TRIVIAL = [
    "What is the capital of France?",
    "Who was Ada Lovelace?",
    "How many days are in a leap year?",
    "2 + 2 = ?",
    "Translate 'good morning' to German",
    "Tell me a joke",
    "What does HTTP stand for?",
    "法国的首都是什么？",
]
NORMAL = [
    "Write an e-mail to my landlord saying that the heating is broken since Monday.",
    "Summarise the following notes for the team.",
    "Write a Python function that reverses a linked list.",
]
COMPLEX = [
    "Design a multi-region database architecture for a bank with 99.999% availability.",
    "Prove that there are infinitely many primes.",
    "My service has a race condition between two workers, help me find it.",
    "Write a business plan for a bakery.",
    "Plan a zero-downtime migration of a monolith to Kubernetes",
    "Write a complete compiler for a small language",
    "设计一个支持百万用户的聊天系统架构",
    "证明根号2是无理数",
    "word " * 400,
    "1. why?\n2. how?\n3. when?\n4. who?",
]


@pytest.mark.parametrize(
    ("message", "difficulty"),
    [(message, Difficulty.TRIVIAL) for message in TRIVIAL]
    + [(message, Difficulty.NORMAL) for message in NORMAL]
    + [(message, Difficulty.COMPLEX) for message in COMPLEX],
)
def test_a_message_goes_to_the_tier_it_needs(message: str, difficulty: Difficulty) -> None:
    judgement = judge(message)

    assert judgement.difficulty is difficulty, f"{judgement.rule}: {judgement.reason}"


def test_what_no_rule_knows_is_normal_and_uncertain() -> None:
    judgement = judge("Tell me about your favourite colour palette for kitchens")

    assert judgement == Judgement(Difficulty.NORMAL, "default", "everyday work", certain=False)
