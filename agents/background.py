"""Background calls: what a chat front end asks by itself, beside its user's messages: titles, tags, follow-up
questions, search queries, completions. They come by the OpenAI door like any message, and are recognised by the
structure of the templates that the front ends ship (Open WebUI, LibreChat, LobeChat, NextChat, Chatbox, OpenCode, n8n).

Prefers silence: a template that its owner has rewritten is worked on as a message, which costs more and harms nobody.
"""

import re

from nexus.work_order import Turn

MARK = "(Instructions"
"""Begins the turn in which the gateway puts an application's instructions in front of a conversation."""

# A task, the chat between markers, and one of the JSON keys that Open WebUI reads.
_TASK = re.compile(r"\s*### Task:\s")
_CHAT = re.compile(r"<chat_history>.*</chat_history>", re.DOTALL)
_TASK_KEY = re.compile(r'\{\s*"(?:title|tags|follow_ups|queries|text|prompt)"\s*:')

_BEGINS = re.compile(
    r"\s*(?:"
    r"your task is to reflect the speaker's likely facial expression through a fitting emoji"
    r"|(?:please )?(?:provide|generate) a concise, 5-word-or-less title for the conversation\b"
    r"|analy[sz]e this conversation and provide:\s*1\. the detected language"
    r"|please generate a concise title \(max \d+ characters\) for a conversation that starts with"
    r"|please generate a four to five word title summari[sz]ing our conversation without any lead-in"
    r"|summari[sz]e (?:the|our) discussion briefly in \d+ (?:words|characters) or less to use as a prompt"
    r"|based on the chat history, give this conversation a (?:name|title)\.\s*keep it short"
    r"|generate a title for this conversation:\s"
    r"|使用四到五个字直接返回这句话的简要主题"
    r"|简要总结一下对话内容，用作后续的上下文提示"
    r")",
    re.IGNORECASE,
)
_ENDS = re.compile(r"请总结上述对话为\s*\d+\s*个字以内的标题，不需要包含标点符号\s*$")
_INSTRUCTED = re.compile(
    r"(?:"
    r"you are (?:a professional conversation summari[sz]er|an? (?:chat |conversation )?title generator)\b"
    r"|你是一名擅长会话的助理，你需要将用户的会话总结为"
    r"|write a concise title for this conversation in the given language"
    r"|generate a (?:concise|short|brief)[^.\n]{0,60}\btitle for this conversation\b"
    r")",
    re.IGNORECASE,
)


def is_background_call(message: str, context: tuple[Turn, ...]) -> bool:
    """True when a front end asks this, and no person. `context` begins with the application's instructions, if any."""
    if _TASK.match(message) and _CHAT.search(message) and _TASK_KEY.search(message):
        return True
    if _BEGINS.match(message) or _ENDS.search(message):
        return True
    return bool(context) and _INSTRUCTED.match(_instructions(context[0])) is not None


def _instructions(first: Turn) -> str:
    """The application's own words, without the line that marks them."""
    marked, _, words = first.content.partition("\n\n")
    return words.lstrip() if marked.startswith(MARK) else ""
