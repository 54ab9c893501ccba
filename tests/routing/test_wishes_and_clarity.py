"""Explicit wishes in words, questions back, and small talk."""

import pytest

from nexus.work_order import Role
from routing.clarity import clarify, is_small_talk
from routing.wishes import wish


@pytest.mark.parametrize(
    ("message", "role"),
    [
        ("Ask the CEO: is this slogan any good?", Role.CEO),
        ("Please let the director handle this: a reply to the caterer.", Role.DIRECTOR),
        ("Draft a plan for a herb garden. Use the cheapest model.", Role.INTERN),
        ("Use your best model: prove it.", Role.CEO),
        ("Use the intern: what is 2+2?", Role.INTERN),
        ("Is this slogan any good? Use the director.", Role.DIRECTOR),
        ("Use Opus 4.6: prove it.", Role.CEO),
        ("Use Claude Sonnet: polish this sentence.", Role.DIRECTOR),
        ("Frag den CEO: Grün oder Blau?", Role.CEO),
        ("Schreib einen Slogan. Nimm das billigste Modell.", Role.INTERN),
        ("Écris un texte. Utilise le modèle le moins cher.", Role.INTERN),
        ("Usa el mejor modelo: resume la fotosíntesis.", Role.CEO),
        ("Chiedi al CEO: quale logo?", Role.CEO),
        ("让总监来做：润色这句话", Role.DIRECTOR),
        ("用最便宜的模型，翻译一下“谢谢”", Role.INTERN),
        ("社長に任せて。新商品の名前を三つ。", Role.CEO),
        ("Спроси директора: какой вариант лучше?", Role.DIRECTOR),
    ],
)
def test_a_wish_in_words_is_understood(message: str, role: Role) -> None:
    assert wish(message) is role


@pytest.mark.parametrize(
    "message",
    [
        "Write an email asking the CEO of Harlow Logistics for a call.",
        "Ask the CEO of Siemens for an interview",
        "Who was the director of Casablanca?",
        "Don't ask the CEO.",
        "Why did you ask the CEO?",
        "What is the cheapest flight to Rome?",
        "Wie sage ich meinem Chef, dass ich krank bin?",
        "Which is the best model of vacuum cleaner?",
        "Which opus by Beethoven is the longest?",
        "Say that autumn is here. Use haiku.",
        "Use the CEO's letter below and shorten it: ...",
        "Use the director of photography as the narrator.",
        "In class we sing with opus 4.",
        "老板让我写一份报告",
        "Translate: 'Please ask the director to call me.'",
        "",
    ],
)
def test_to_speak_of_somebody_is_no_wish(message: str) -> None:
    assert wish(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "???",
        "...",
        "fix it",
        "Please translate this.",
        "can you summarize that for me",
        "Mach das bitte fertig",
        "Corrige-le s'il te plaît.",
        "Tradúcelo, por favor.",
        "Puoi tradurlo?",
        "Исправь это",
        "これを要約してください。",
        "이거 번역해 주세요",
        "帮我翻译一下",
        "Vertaal dit",
        "Popraw to",
        "bunu düzelt",
        "ترجم هذا",
        "इसे ठीक करो",
    ],
)
def test_what_cannot_be_acted_on_is_asked_back(message: str) -> None:
    question = clarify(message, has_history=False)

    assert question is not None
    assert question.question


def test_the_question_comes_in_the_language_of_the_message() -> None:
    german, chinese = (
        clarify("Mach das bitte fertig", has_history=False),
        clarify("翻译这个", has_history=False),
    )

    assert german is not None
    assert "Worauf" in german.question
    assert chinese is not None
    assert "什么" in chinese.question


def test_a_message_with_braces_is_quoted_as_it_is() -> None:
    assert clarify("fix {it}", has_history=False) is None
    assert clarify("fix it", has_history=False) is not None


@pytest.mark.parametrize("message", ["fix it", "translate this"])
def test_it_means_something_once_there_is_a_conversation(message: str) -> None:
    assert clarify(message, has_history=True) is None


@pytest.mark.parametrize(
    "message",
    ["Fix the login page", "Translate this: good morning", "Summarize this text: bees are insects.", "2+2"],
)
def test_what_can_be_acted_on_is_not_asked_back(message: str) -> None:
    assert clarify(message, has_history=False) is None


@pytest.mark.parametrize(
    "message",
    [
        "hi",
        "Thanks!!",
        "Danke, merci and thank you all!",
        "Guten Morgen",
        "merci beaucoup",
        "¡Muchas gracias!",
        "спасибо",
        "ありがとうございます。",
        "감사합니다",
        "谢谢！",
        "شكرا",
        "धन्यवाद",
        "ok 👍",
    ],
)
def test_thanks_and_greetings_are_small_talk(message: str) -> None:
    assert is_small_talk(message)


@pytest.mark.parametrize(
    "message", ["hi, can you check the contract?", "ok, now prove it", "Thanks, but why?", "", "👍"]
)
def test_a_question_after_thanks_is_work(message: str) -> None:
    assert not is_small_talk(message)
