"""The acceptance spec of a chat answer, by rules, from the request alone. Called before the work starts.

Every answer must be there, whole, not a loop, and free of secrets. A request that clearly demands JSON or
Python code, in English or Chinese, is also held to that. The rules prefer silence: a question about JSON or
Python demands nothing, because failing a right answer costs the owner more than missing a wrong shape.
"""

import re
from functools import cache

from qa.demands.foreign import in_english
from qa.demands.reading import read_demands
from qa.fences import split_fences
from qa.spec import AnswerSpec, CodeExecutionSpec, FormatSpec, OpinionsSpec, QaSpec, SecuritySpec

# The demand stands at the beginning or the end; the middle of a long message is material.
_EDGE_CHARS = 1500

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[\n。！？；;]+")
_POLITE = re.compile(r"^\W*(?:(?:please|pls|hi|hey|hello|ok|now|then|also|just|kindly)\b\W*)+", re.IGNORECASE)
_ASKS_ABOUT = re.compile(
    r"^\W*(?:how|why|when|where|explain|describe|compare|define|is|are|was|does|do (?:i|you|we)|did|should"
    r"|what(?: does| do)?\b(?!.*(?:,\s*in|\bas) (?:valid )?json(?: format)?\W*$|.*\bin json format\W*$)"
    r"|(?:can|could) (?:i|we|json|python)|tell me (?:what|how|why|about)|what about|(?:can|could|would) you (?:explain"
    r"|describe|tell me (?:what|how|why|about)))\b|\b(?:difference between|pros and cons|tutorial)\b"
    r"|如何|怎么|怎样|为什么|为何|什么是|是什么|有什么|什么意思|区别|吗\W*$",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|don't|dont|never|avoid|without|no|instead of|rather than)\s+(?:\w+\s+){0,4}(?:json|python)\b"
    r"|(?:不要|不用|别|无需|不需要|不是)[^，,]{0,8}(?:JSON|Python)",
    re.IGNORECASE,
)

_KIND_OF_JSON = (
    r"(?:(?:a|an|one|the|valid|raw|strict|pure|plain|proper|single|compact|minified|only|just)\s+)*"
)
# "JSON parser" and the like are things about JSON, not an answer in JSON.
_NOT_JSON = r"(?!\s*(?:pars|librar|schema|api|web token|path|lines|tutorial|file|module|and\b|to\b|or\b|is\b|means?\b))"
_JSON_EN = re.compile(
    rf"\b(?:respond|reply|answer|return|output|produce|give|list|provide|format|generate|print|write|show|send"
    rf"|emit|convert|extract|present|summari[sz]e|translate|name|create|make|put|use|need|want|turn|structure)\b"
    rf"(?:(?!\bfrom\b)[^.?!]){{0,120}}?\b(?:as|in|into|to|using|with|only|me)\s+{_KIND_OF_JSON}json\b{_NOT_JSON}"
    rf"|\b(?:return|output|produce|respond|reply|answer|emit|generate|print|provide)\s+(?:with\s+)?{_KIND_OF_JSON}"
    rf"json\b{_NOT_JSON}"
    rf"|\b(?:as|in)\s+{_KIND_OF_JSON}json(?:\s+(?:format|object|array|list|only))?\s*(?:,?\s*please)?\W*$"
    rf"|\b(?:outputs?|answers?|response|reply|result|everything|it|whole thing)\s+(?:\w+\s+)?"
    rf"(?:must|should|has to|have to|needs to|is to|will|shall)\s+"
    rf"(?:only\s+|all\s+|also\s+)?(?:be|come)\s+(?:\w+\s+){{0,3}}?{_KIND_OF_JSON}json\b{_NOT_JSON}"
    rf"|\b(?:use|using|follow|employ)\s+(?:the\s+|a\s+)?{_KIND_OF_JSON}json\s+(?:format|syntax|structure|notation)\b"
    rf"|\bonly\s+{_KIND_OF_JSON}json\b{_NOT_JSON}"
    rf"|\bjson\s+(?:only|format\s+please|please|output)(?:,?\s+(?:please|pls|plz|thanks))?\W*$",
    re.IGNORECASE,
)
_JSON_ZH = re.compile(
    r"(?:返回|输出|以|用|使用|按照?|转成|转换成|转换为|转为|生成|给出|写成|整理成)"
    r"(?:一个|一份|一段|纯|有效的|标准的?|合法的?|严格的?)*\s*JSON(?!\s*(?:的?(?:解析|库|教程|文件)|是|和))"
    r"|JSON\s*格式(?:来|地|进行)?(?:返回|输出|回答|回复|给出|列出|表示|展示)",
    re.IGNORECASE,
)
# A request to build or to judge something that handles JSON demands the thing, not JSON.
_BUILDS = re.compile(
    r"\b(?:write|create|build|implement|make|develop|design|generate|code)\b.{0,40}\b(?:function|script|program|class"
    r"|method|endpoint|api|app|parser|server|essay|article|poem|story|regex|tutorial|book|song|joke)\b"
    r"|函数|脚本|程序|代码|接口|解释|介绍|文章|教程",
    re.IGNORECASE,
)
_ANSWER_VERB = re.compile(r"\b(?:respond|reply|answer)\b|回答|回复|返回结果", re.IGNORECASE)

_THING_EN = (
    r"(?:functions?|scripts?|programs?|code|class(?:es)?|methods?|snippets?|implementation|modules?|decorators?"
    r"|generators?|one-liner|cli|scraper|bot|game|parser)"
)
_PYTHON_EN = re.compile(
    rf"\b(?:write|create|implement|generate|make|give|show|build|code|provide|develop|need|want|send)\b"
    rf"[^.?!\n]{{0,40}}?\bpython\s?3?\s+(?:\w+\s+){{0,2}}?{_THING_EN}\b"
    rf"|^\W*(?:(?:some|a|the|simple|short)\s+)*python\s?3?\s+{_THING_EN}\s+(?:for|to|that|which|:)"
    rf"|\b(?:write|create|implement|generate|make|give|build|provide|develop)\b[^.?!\n]{{0,60}}?\b{_THING_EN}\b"
    rf"[^.?!\n]{{0,80}}?\b(?:in|using|with)\s+python\b"
    rf"|\b(?:implement|code|program)\b[^.?!\n]{{0,80}}?\bin\s+python\b",
    re.IGNORECASE,
)
_PYTHON_ZH = re.compile(
    r"(?:写|编写|实现|生成|给我|创建|提供|需要|来)[^。？！\n，,]{0,15}Python\s*3?[^。？！\n，,]{0,15}"
    r"(?:函数|脚本|程序|代码|类|爬虫|装饰器|模块|小游戏)"
    r"|[用以]\s*Python\s*3?\s*(?:语言)?\s*(?:来|帮我|帮忙|给我)?\s*(?:写|编写|编一|实现|做一|完成|画)",
    re.IGNORECASE,
)
_NOT_CODE = re.compile(
    r"\b(?:essay|article|blog|poem|haiku|story|paragraph|joke|song|tutorial|review|feedback|tips?|summary|overview"
    r"|explanation|comparison|history|quiz|questions?|e-?mail|job|course|book|about|how|why|what|this|these|my)\b"
    r"|关于|文章|教程|介绍|故事|作文|总结|诗|解释|这段|这个|笑话|面试题",
    re.IGNORECASE,
)
# "Write X 50 times", but not "the word X must appear at least 3 times".
_REPETITION = re.compile(
    r"\b(?:write|say|print|type|repeat|copy|sing)\b(?:(?!\b(?:least|most|appear|than|use|include|contain)s?\b)[^.?!]){1,80}"
    r"\b(?:\d{1,4}|ten|twenty|fifty|(?:a|one) hundred) times\b|\bover and over\b|重复|[\d一二两三四五六七八九十百]+遍",
    re.IGNORECASE,
)


def chat_spec(request: str) -> QaSpec:
    """What the answer to this request must be. The same request always gives the same spec."""
    asked = _instructions(request)
    sentences = [_POLITE.sub("", in_english(sentence)) for sentence in _SENTENCE_END.split(asked)]
    demands = [s for s in sentences if s.strip() and not _ASKS_ABOUT.search(s) and not _NEGATED.search(s)]
    python = any(map(_demands_python, demands))
    spec = _spec(
        json=not python and any(map(_demands_json, demands)),
        python=python,
        may_repeat=bool(_REPETITION.search(asked)),
    )
    own = read_demands(request)
    return spec.model_copy(update={"demands": own}) if own else spec


def with_basics(own: QaSpec) -> QaSpec:
    """The client's own spec, with what goes without saying filled in where it says nothing."""
    return own.model_copy(
        update={
            "answer": own.answer or AnswerSpec(),
            "security": own.security or SecuritySpec(),
            "opinions": own.opinions or OpinionsSpec(),
        }
    )


def _instructions(request: str) -> str:
    """The edges of the message, without its code blocks: pasted material demands nothing."""
    edges = request
    if len(request) > 2 * _EDGE_CHARS:
        edges = f"{request[:_EDGE_CHARS]}\n{request[-_EDGE_CHARS:]}"
    return split_fences(edges).outside


def _demands_json(sentence: str) -> bool:
    if _JSON_ZH.search(sentence):
        return any(
            _JSON_ZH.search(clause) and not _BUILDS.search(clause) for clause in re.split("[，,]", sentence)
        )
    if _BUILDS.search(sentence) and not _ANSWER_VERB.search(sentence):
        return False
    return bool(_JSON_EN.search(sentence))


def _demands_python(sentence: str) -> bool:
    found = _PYTHON_ZH.search(sentence) or _PYTHON_EN.search(sentence)
    # Only up to the demand: "write a Python function that explains what …" is still code.
    return bool(found) and not _NOT_CODE.search(sentence[: found.end() if found else 0])


@cache
def _spec(*, json: bool, python: bool, may_repeat: bool) -> QaSpec:
    return QaSpec(
        name="chat answer",
        format=FormatSpec(type="json") if json else None,
        security=SecuritySpec(check_placeholders=False),
        code_execution=CodeExecutionSpec(language="python") if python else None,
        answer=AnswerSpec(no_loops=not may_repeat),
        opinions=OpinionsSpec(),
    )
