"""What kind of fact would answer a question, by its question words: who, when, how much, which number, where."""

import re
from typing import Final

_WANTS: Final = (
    (
        re.compile(
            r"\bwho(?:m|se)?\b|\bname(?:d|s)?\b|\bcalled\b|\bwer\b|\bwem\b|\bheißt\b|\bqui\b"
            r"|\bs'appelle\b|\bnom\b"
            r"|\bquién\b|\bse llama\b|\bnombre\b|\bchi\b|\bquem\b|\bкто\b|谁|叫什么|贵姓|姓什么|誰",
            re.IGNORECASE,
        ),
        frozenset({"name"}),
    ),
    (
        re.compile(
            r"\bwhen\b|\bwhat (?:day|date|time)\b|\bwhich (?:day|date)\b|\bdeadline\b|\bwann\b"
            r"|\bwelchem tag\b|\bbis wann\b"
            r"|\bquand\b|\bquel jour\b|\bcuándo\b|\bqué día\b|\bquando\b|\bкогда\b|什么时候|几号|哪一?天|几月|いつ",
            re.IGNORECASE,
        ),
        frozenset({"date", "number"}),
    ),
    (
        re.compile(
            r"\bhow (?:much|many|long|old|far|big|high)\b|\bnumber\b|\bcode\b|\bdigits?\b|\bpin\b"
            r"|\bcosts?\b|\bprice\b|\bpay\b"
            r"|\bwie ?viele?\b|\bwie (?:hoch|teuer|lang|alt)\b|\bnummer\b|\bcombien\b|\bnuméro\b"
            r"|\bchiffres?\b|\bcode\b"
            r"|\bcuánt[oa]s?\b|\bnúmero\b|\bclave\b|\bquant[oie]\b|\bсколько\b|多少|几个|密码|号码|いくら",
            re.IGNORECASE,
        ),
        frozenset({"number", "identifier"}),
    ),
    (
        re.compile(
            r"\bwhere\b|\burl\b|\blink\b|\bfolder\b|\bpath\b|\bfile\b|\bhost\b|\baddress\b|\be-?mail\b"
            r"|\bwo\b|\bordner\b"
            r"|\badresse\b|\boù\b|\bdossier\b|\bdónde\b|\bcarpeta\b|\bdove\b|\bonde\b|\bгде\b|哪里|在哪|网址|邮箱",
            re.IGNORECASE,
        ),
        frozenset({"path", "address", "identifier", "name"}),
    ),
)


def wanted_kinds(text: str) -> frozenset[str]:
    """The kinds of facts (`memory.facts`) that would answer; none where it cannot be told."""
    return frozenset().union(*(kinds for pattern, kinds in _WANTS if pattern.search(text)))


_BACK: Final = re.compile(
    r"^\s*(?:and|und|et|y|e|а|и|那|那么|还有)\b|\b(?:it|its|that|this|he|she|his|her|him|they|them|their|those"
    r"|these|one"
    r"|er|sie|es|sein|seine|ihr|ihre|das|dies(?:e[rs]?)?|il|elle|ça|cela|son|sa|ses|él|ella|eso|esto|su"
    r"|sus)\b|[他她它]|那个|这个|それ",
    re.IGNORECASE,
)


def points_back(text: str) -> bool:
    """True when a message speaks of something by a pronoun, or goes on with "and …"."""
    return _BACK.search(text) is not None


_DEMANDS: Final = re.compile(
    r"^\s*(?:(?:please|now|then|ok(?:ay)?|so|and|also|bitte|por favor|s'il (?:te|vous) pla[iî]t"
    r"|per favore)[,:]? )*"
    r"(?:write|rewrite|draft|explain|give|make|list|compare|summari[sz]e|translate|help|show|create"
    r"|generate|tell|find|fix|add"
    r"|describe|suggest|think of|check|review|improve|shorten|continue|go on|carry on|turn|convert"
    r"|compute|calculate|sort|plan"
    r"|schreib\w*|erklär\w*|gib|geben sie|mach\w*|fass\w*|übersetz\w*|hilf|helfen sie|zeig\w*|liste"
    r"|vergleich\w*|prüf\w*|nenn mir"
    r"|écri[st]\w*|expli(?:que|quez)|donn(?:e|ez)|fais|faites|résum\w+|tradui\w+|aide\w*|montr\w+|compar\w+"
    r"|escrib\w+|explica\w*|dame|dime|haz|resum\w+|traduc\w+|ayúd\w+|muéstra\w*"
    r"|scriv\w+|spiega\w*|dammi|fammi|riassum\w+|traduci|aiuta\w*|напиши|объясни|дай|переведи|помоги)\b"
    r"|^\s*(?:请|麻烦)?(?:帮|给我|写|解释|翻译|总结|比较|列出|说明|改写|继续)|(?:ください|してくれ)[。!]?\s*$",
    re.IGNORECASE,
)


def demands(text: str) -> bool:
    """True for a sentence that tells somebody to do something now, and so states nothing."""
    return _DEMANDS.search(text) is not None


_QUESTION: Final = re.compile(r"[?？]\s*[\"'”’)*]*$")


def is_question(text: str) -> bool:
    """True for a sentence that ends with a question mark."""
    return _QUESTION.search(text) is not None


def asks(text: str) -> bool:
    """A question or a demand: what it says is wanted, not known."""
    return is_question(text) or demands(text)
