"""Chat front ends' own requests are recognised and take the cheapest path; people's messages are not taken for them.

The templates are those that the front ends ship, shortened to their structure.
"""

import json
from collections.abc import Callable

import pytest

from agents.admin import Admin
from agents.background import is_background_call
from agents.config import AgentSettings, resolve_payroll
from agents.handler import OrderHandler, Workplace
from agents.triage import BACKGROUND
from db.engine import Database
from db.records import Assignment
from gateway.openai_requests import ChatCompletionRequest, question_of
from nexus.work_order import Channel, Role, Status, Turn
from qa.spec import parse_spec
from tests.agents.conftest import StubModel
from tests.agents.working import work_through
from tests.builders import accepted, claimed

CHAT = (
    "<chat_history>\nUSER: Design a database for a bank, in depth.\nASSISTANT: "
    + "Use PostgreSQL. " * 200
    + "\n</chat_history>"
)


def open_webui(task: str, output: str) -> str:
    return f"### Task:\n{task}\n### Guidelines:\n- Be accurate.\n### Output:\n{output}\n### Chat History:\n{CHAT}"


def chatbox(words: str) -> str:
    return (
        f"Based on the chat history, give this conversation a {words}.\nKeep it short - 10 characters max, no "
        "quotes.\nUse English.\nJust provide the name, nothing else.\n\nHere's the conversation:\n\n```\nDesign a "
        "bank\n```\n\nName this conversation in 10 characters or less.\nOnly give the name, nothing else."
        "\n\nThe name is:"
    )


TITLE, TAGS = (
    'JSON format: { "title": "your concise title here" }',
    'JSON format: { "tags": ["tag1", "tag2"] }',
)
TEMPLATES = {
    "Open WebUI: title": open_webui(
        "Generate a concise, 3-5 word title with an emoji summarizing the chat history.", TITLE
    ),
    "Open WebUI: title, newer": open_webui("Generate a concise title summarizing the chat history.", TITLE),
    "Open WebUI: tags": open_webui("Generate 1-3 broad tags categorizing the main themes of the chat.", TAGS),
    "Open WebUI: follow-ups": open_webui(
        "Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next.",
        'JSON format: { "follow_ups": ["Question 1?", "Question 2?"] }',
    ),
    "Open WebUI: search queries": open_webui(
        "Analyze the chat history to determine the necessity of generating search queries.",
        'Strictly return in JSON format:\n{\n  "queries": ["query1", "query2"]\n}',
    ),
    "Open WebUI: image prompt": open_webui(
        "Generate a detailed prompt for am image generation task based on the given context.",
        'Strictly return in JSON format:\n{\n    "prompt": "Your detailed description here."\n}',
    ),
    "Open WebUI: autocompletion": "### Task:\nYou are an autocompletion system. Continue the text in `<text>` based "
    "on the **completion type** in `<type>`.\n### **Output Rules**:\n- Respond only in JSON format: "
    f'`{{ "text": "<your_completion>" }}`.\n---\n### Context:\n{CHAT}\n<type>General</type>\n<text>How do I</text>\n'
    "#### Output:\n",
    "Open WebUI: emoji": "Your task is to reflect the speaker's likely facial expression through a fitting emoji. "
    "Interpret emotions from the message.\n\nMessage: ```I am so happy```",
    "LibreChat: completion": "Provide a concise, 5-word-or-less title for the conversation, using title case "
    "conventions. Only return the title itself.\n\nConversation:\nUser: Hi\nAI: Hello",
    "LibreChat: structured": "Analyze this conversation and provide:\n1. The detected language of the conversation\n"
    "2. A concise title in the detected language (5 words or less, no punctuation or quotation)\n\nUser: Hi",
    "LibreChat: assistants": "Please generate a concise title (max 40 characters) for a conversation that starts "
    "with:\nUser: Hi\nAssistant: Hello\n\nTitle:",
    "NextChat: topic": "Please generate a four to five word title summarizing our conversation without any lead-in, "
    "punctuation, quotation marks, periods, symbols, bold text, or additional text.",
    "NextChat: topic, Chinese": "使用四到五个字直接返回这句话的简要主题，不要解释、不要标点、不要语气词、不要多余文本",
    "NextChat: memory, Chinese": "简要总结一下对话内容，用作后续的上下文提示 prompt，控制在 200 字以内",
    "Chatbox: name": chatbox("name"),
    "Chatbox: title": chatbox("title"),
    "LobeChat, Chinese": "user: 你好\nassistant: 您好\n\n请总结上述对话为10个字以内的标题，不需要包含标点符号",
    "OpenCode": "Generate a title for this conversation:\n\nDesign a database for a bank",
}
INSTRUCTED = {
    "LobeChat": (
        "You are a professional conversation summarizer. Generate a concise title that captures the essence.",
        "user: Design a bank\nassistant: Use PostgreSQL.",
    ),
    "LibreChat, older": (
        "Write a concise title for this conversation in the given language.\nTitle in 5 Words or Less.",
        "Language: English",
    ),
    "n8n": (
        "Generate a concise, descriptive title for this conversation based on the user's message.",
        "Design a database for a bank, in depth.",
    ),
    "OpenCode": ("You are a title generator. You output ONLY a thread title.", "Design a database"),
}
MESSAGES = [
    "Hello",
    "What is the capital of France?",
    "Give me a title for my novel about a lighthouse keeper.",
    "Generate a concise, 5-word title for my blog post about chat history.",
    "Write a concise title for this article, then summarise it in 200 words.",
    "Summarize the discussion in the attached minutes.",
    "Summarize our discussion so far and list the open questions.",
    "Please summarize the conversation between Socrates and Meno.",
    "Suggest 3-5 follow-up questions I can ask in the interview tomorrow.",
    "Generate tags for my photo collection: beach, mountains, cats.",
    "Analyze this conversation and provide: the mood of both speakers.\n\nA: Hi\nB: Go away",
    "Based on the chat history, give me a plan for next week.",
    "Based on the chat history, what is my cat's name?",
    "Your task is to reflect on the speaker's argument and write a reply.",
    "### Task:\nWrite a function that adds two numbers.\n### Output:\nPython",
    "### Task:\nRespond to the user query using the provided context.\n<context>doc</context>\n"
    "<user_query>What does it say?</user_query>",
    '### Task:\nConvert this to JSON like { "title": "x" }: The Hobbit, by Tolkien',
    "How does Open WebUI use <chat_history> in its title prompt?",
    "Explain what </chat_history> means in a prompt template.",
    'Return a JSON object { "title": "…", "tags": [] } for this film: Alien',
    "Provide a title for the conversation scene in act two of my play.",
    "Name this conversation technique: repeating the last words of the other.",
    "Give this ship a name. Keep it short.",
    "You are a title generator? What can you do?",
    "Write a title generator in Python.",
    "Continue the text: The sun was setting over the horizon",
    "为我的小说起一个标题，十个字以内",
    "请总结上述对话的要点，并给出下一步计划",
    "Fix the bug in generate_title(messages): it returns None for an empty chat.",
    "Translate 'Please generate a four to five word title' into German.",
    "Autocomplete is broken in my editor. How do I turn it off?",
    "Why does LibreChat say 'Provide a concise, 5-word-or-less title for the conversation'?",
]


def brought(content: str, instructions: str | None = None) -> tuple[str, tuple[Turn, ...]]:
    """Message and context as the gateway makes them of a request."""
    messages = [{"role": "system", "content": instructions}] if instructions else []
    body = {"model": "nexus-ceo", "messages": [*messages, {"role": "user", "content": content}]}
    question = question_of(ChatCompletionRequest.model_validate(body), 100_000)
    return question.content, question.context


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("instructions", [None, "You are a helpful assistant."])
def test_a_front_ends_own_request_is_recognised(template: str, instructions: str | None) -> None:
    assert is_background_call(*brought(template, instructions))


@pytest.mark.parametrize(("instructions", "content"), INSTRUCTED.values(), ids=INSTRUCTED)
def test_one_whose_template_is_in_the_instructions_is_too(instructions: str, content: str) -> None:
    assert is_background_call(*brought(content, instructions))
    assert not is_background_call(*brought(content))


def test_nextchats_summary_comes_as_a_system_message_at_the_end() -> None:
    words = "Summarize the discussion briefly in 200 words or less to use as a prompt for future context."
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    body = {"model": "nexus", "messages": [*said, {"role": "system", "content": words}]}
    question = question_of(ChatCompletionRequest.model_validate(body), 1000)
    assert (question.content, len(question.context)) == (words, 2)
    assert is_background_call(question.content, question.context)


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("instructions", [None, "You are a helpful assistant. Give each chat a title."])
def test_a_persons_message_is_not_taken_for_one(message: str, instructions: str | None) -> None:
    assert not is_background_call(*brought(message, instructions))


def test_there_are_enough_of_both() -> None:
    assert len(TEMPLATES) + len(INSTRUCTED) >= 20
    assert len(MESSAGES) >= 30


def triaged(sqlite: Database, content: str, **changes: object) -> Assignment:
    order = accepted(sqlite, content=content, requested_tier=Role.CEO, context=(), **changes)
    claim = claimed(sqlite, order.id, Role.ADMIN)
    assert claim is not None
    payroll = resolve_payroll(AgentSettings(), None)
    outcome = Admin(payroll[Role.ADMIN], 1.0).triage(claim, claim.context)
    assert isinstance(outcome, Assignment)
    return outcome


def test_it_goes_to_the_intern_whatever_model_it_names_with_the_basic_checks_only(sqlite: Database) -> None:
    outcome = triaged(sqlite, TEMPLATES["Open WebUI: title"], channel=Channel.OPENAI)
    spec = parse_spec(outcome.spec_json, "test")
    assert (outcome.role, outcome.rule) == (Role.INTERN, "background_call")
    assert (spec.format, spec.code_execution) == (None, None)
    assert None not in (spec.answer, spec.security)


def test_by_another_door_or_done_again_it_is_a_message_like_any_other(sqlite: Database) -> None:
    template = TEMPLATES["Open WebUI: title"]
    assert triaged(sqlite, template, channel=Channel.REST).role is Role.CEO
    again = triaged(sqlite, template, channel=Channel.OPENAI, retry_of="WO-1")
    assert (again.role, again.rule) == (Role.CEO, "owner_wish")


async def test_one_call_is_made_for_it_even_when_the_answer_is_not_json(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    model.replies = ["Bank Database Design"]
    order = accepted(
        database,
        content=TEMPLATES["Open WebUI: title"],
        channel=Channel.OPENAI,
        requested_tier=Role.CEO,
        context=(),
    )
    history = await work_through(OrderHandler(make_place()), database, order.id)
    assert (history.order.status, history.order.tier_rule) == (Status.DELIVERED, BACKGROUND)
    assert model.models_asked == ["intern"]
    assert "requirements" not in json.dumps(model.requests[0].turns[-1].content)
