"""Triage by rules: an ordered list, the first that matches decides. Pure, and under a millisecond.

First version, by design without a model: on trial, the starter model called a hard design task trivial. The
order is the policy: what cannot be acted on is asked back; what may do harm never goes to the cheapest tier;
hard before easy; and what no rule knows is normal, and marked uncertain.
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
class Clarify:
    """The message cannot be acted on; `question` goes back to the owner."""

    rule: str
    question: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A named test and what follows from it."""

    name: str
    difficulty: Difficulty
    reason: str
    matches: Callable[[str], bool]


def judge(message: str, *, has_history: bool) -> Judgement | Clarify:
    """Judge one message. `has_history` tells whether "it" can refer to something said before."""
    text = message.strip()
    question = _clarify(text, has_history=has_history)
    if question is not None:
        return question
    for rule in RULES:
        if rule.matches(text):
            return Judgement(rule.difficulty, rule.name, rule.reason)
    return Judgement(Difficulty.NORMAL, "default", "everyday work", certain=False)


def _clarify(text: str, *, has_history: bool) -> Clarify | None:
    chinese = bool(re.search(r"[\u4e00-\u9fff]", text))
    if not re.search(r"\w", text):
        return Clarify("no_words", "What would you like me to do? Your message has no words in it.")
    if not has_history and BARE_REFERENCE.fullmatch(text):
        asked = (
            f"你说的“{text[:80]}”指的是什么？请把内容或文件发给我，并说明想要的结果。"
            if chinese
            else f"What does “{text[:80]}” refer to? Please send the thing itself and the result you want."
        )
        return Clarify("bare_reference", asked)
    return None


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


BARE_REFERENCE = re.compile(
    r"(?:please\s+|can you\s+|could you\s+|now\s+)*"
    r"(?:fix|do|make|finish|continue|change|improve|summari[sz]e|translate|explain|check|send|delete|run|solve|rewrite)"
    r"\s+(?:it|this|that|them|these|those|the (?:thing|file|code|text|bug|error|document))"
    r"(?:\s+(?:now|please|again|for me))*\s*[.!?]*"
    r"|(?:请|帮我)*(?:修复|改|做|翻译|总结|解释|继续|检查)(?:一下)?(?:它|这个|那个|这|那)?(?:吧|吗)?[。！？.!?]*",
    re.IGNORECASE,
)

_HARM = (
    r"\b(?:lawsuit|sue|legal(?:ly)?|contract(?:ual)? (?:clause|law|dispute|breach)|liabilit|attorney|lawyer|divorce"
    r"|custody|visa|gdpr|copyright infring|tenant|evict)",
    r"\b(?:diagnos|symptom|dosage|dose of|medication|prescri|side effects?|chest pain|overdose|pregnan|suicid"
    r"|mg/kg|drug interaction|antibiotic|blood pressure)",
    r"\b(?:invest(?:ment|ing)?\b|mortgage|pension|tax(?:es| return| liability)|bankrupt|loan agreement|401k|portfolio)",
    r"\b(?:vulnerabilit|exploit|penetration test|incident response|encryption key|private key|ransomware)",
    r"\b(?:drop (?:the )?(?:table|database)|delete (?:all|every)|wire (?:the )?money|rm -rf|irreversibl)",
    r"起诉|合同纠纷|律师|离婚|签证|诊断|症状|剂量|用药|处方|副作用|投资|贷款|报税|破产|漏洞|勒索|删除所有",
)
_HARM_DECISION = (
    r"\b(?:should i|can i|must i|am i|is it safe|is it legal|how much .* (?:take|owe)|advise|draft"
    r"|what are my (?:rights|options))",
    r"我该|我应该|可以吗|安全吗|合法吗|怎么办",
)
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
_GREETING = (
    r"^(?:hi|hello|hey|yo|good (?:morning|afternoon|evening|night)|thanks|thank you|thx|ok(?:ay)?|bye|goodbye"
    r"|how are you|what'?s up|ping|test)\b[\w\s,'!.?]{0,40}$",
    r"^(?:你好|您好|早上好|晚上好|谢谢|多谢|再见|在吗|嗨)[\w\s，。！？!?.]{0,12}$",
)
_SMALL_FACT = (
    r"^(?:what(?:'s| is| are| time| day| does)|who(?:'s| is| was| are)|tell me a (?:joke|fact)"
    r"|when (?:is|was|did)|where (?:is|was)|which|how (?:many|old|tall|far)"
    r"|is|are|was|does|did|do|define|spell|name|list|convert|translate|say|give me)\b[^.!\n]*[?.!]?$",
    r"^[\d\s+\-*/().^%=x×÷]+[?？=]*$",
    r"(?:是什么|是谁|在哪里|哪里|多少|几点|什么时候|首都|翻译)",
)

RULES = (
    Rule(
        "harm_decision",
        Difficulty.COMPLEX,
        "a decision in law, medicine, money or security",
        lambda text: _found(*_HARM)(text) and _found(*_HARM_DECISION)(text),
    ),
    Rule("hard_work", Difficulty.COMPLEX, "design, proof, debugging or strategy", _found(*_COMPLEX)),
    Rule(
        "long_message",
        Difficulty.COMPLEX,
        "a long message",
        lambda text: len(text) > LONG_MESSAGE_CHARS,
    ),
    Rule("many_parts", Difficulty.COMPLEX, "many parts to answer", _has_many_parts),
    Rule(
        "harm_topic",
        Difficulty.NORMAL,
        "law, medicine, money or security: never the cheapest",
        _found(*_HARM),
    ),
    Rule("greeting", Difficulty.TRIVIAL, "a greeting or small talk", _found(*_GREETING)),
    Rule("small_fact", Difficulty.TRIVIAL, "a short factual question", _short_and(*_SMALL_FACT)),
)
