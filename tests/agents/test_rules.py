"""Triage by rules."""

import pytest

from agents.rules import Clarify, Judgement, judge
from nexus.work_order import Difficulty

TRIVIAL = [
    "Hello NEXUS",
    "hi",
    "thanks!",
    "What is the capital of France?",
    "Who was Ada Lovelace?",
    "How many days are in a leap year?",
    "2 + 2 = ?",
    "Translate 'good morning' to German",
    "Tell me a joke",
    "What does HTTP stand for?",
    "你好",
    "法国的首都是什么？",
]
NORMAL = [
    "Write an e-mail to my landlord saying that the heating is broken since Monday.",
    "Summarise the following notes for the team.",
    "Write a Python function that reverses a linked list.",
    "What are common symptoms of the flu?",
]
COMPLEX = [
    "Design a multi-region database architecture for a bank with 99.999% availability.",
    "Prove that there are infinitely many primes.",
    "My service has a race condition between two workers, help me find it.",
    "Should I sign this tenant contract clause, am I liable if I break it?",
    "Can I take this medication together with antibiotics?",
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
    judgement = judge(message, has_history=False)

    assert isinstance(judgement, Judgement)
    assert judgement.difficulty is difficulty, f"{judgement.rule}: {judgement.reason}"


@pytest.mark.parametrize("topic", ["symptoms of measles", "what is a mortgage", "起诉 是什么"])
def test_what_may_do_harm_never_goes_to_the_cheapest_tier(topic: str) -> None:
    judgement = judge(topic, has_history=False)

    assert isinstance(judgement, Judgement)
    assert judgement.difficulty is not Difficulty.TRIVIAL


@pytest.mark.parametrize(
    "message", ["???", "...", "fix it", "Please fix it.", "translate this", "帮我翻译一下"]
)
def test_what_cannot_be_acted_on_is_asked_back(message: str) -> None:
    assert isinstance(judge(message, has_history=False), Clarify)


def test_it_means_something_once_there_is_a_conversation() -> None:
    assert isinstance(judge("fix it", has_history=True), Judgement)


def test_the_question_comes_in_the_language_of_the_message() -> None:
    question = judge("翻译这个", has_history=False)

    assert isinstance(question, Clarify)
    assert "什么" in question.question


def test_what_no_rule_knows_is_normal_and_uncertain() -> None:
    judgement = judge("Tell me about your favourite colour palette for kitchens", has_history=False)

    assert judgement == Judgement(Difficulty.NORMAL, "default", "everyday work", certain=False)
