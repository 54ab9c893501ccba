"""Reads the common demands of requests in Chinese: length, sentences, language, words, form."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator

from qa.demands.models import (
    CaseDemand,
    ChoiceDemand,
    CountDemand,
    Demand,
    EdgeDemand,
    LanguageDemand,
    MarkDemand,
    TermDemand,
)
from qa.demands.request import Request, Sentence

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "百": 100}
_NUM = r"(?P<n>\d{1,6}|[一二两三四五六七八九十百]{1,4})"
_NUM2 = r"(?P<m>\d{1,6}|[一二两三四五六七八九十百]{1,4})"
_UNITS = {"字": "han", "个字": "han", "汉字": "han", "个汉字": "han", "字符": "characters", "个字符": "characters", "句话": "sentences", "句": "sentences", "个句子": "sentences",
          "个段落": "paragraphs", "段": "paragraphs", "行": "lines", "个单词": "words", "个词": "words", "条要点": "bullets", "个要点": "bullets", "个项目符号": "bullets"}  # fmt: skip
_UNIT = r"(?P<unit>个汉字|汉字|个字符|字符|个字|字|句话|个句子|句|个段落|段|行|个单词|条要点|个要点|个项目符号)(?!典|体|母|幕|号|面|段|节|子|法|业|程|不)"
_COUNT = re.compile(
    rf"(?P<before>不少于|不低于|至少|最少|不多于|不超过|不得超过|不要超过|不能超过|别超过|最多|至多|少于|多于|超过|控制在|限制在|恰好|正好|刚好|只用|仅用|用|以|大约|大概|约|左右|分成|分为|分|写|回答|共|列出|给出)?(?:写|用|有|包含|回答|使用|列出|给出)?\s?{_NUM}\s?(?:(?:到|至|-|—|~|～)\s?{_NUM2}\s?)?{_UNIT}(?P<after>以内|之内|以下|内|以上|左右|上下)?"
)
_LEAST = ("不少于", "不低于", "至少", "最少")
_MOST = ("不多于", "不超过", "不得超过", "不要超过", "不能超过", "别超过", "最多", "至多", "限制在")
_EXACT = ("恰好", "正好", "刚好", "只用", "仅用")
_LANGUAGES = {"英文": "en", "英语": "en", "中文": "zh", "汉语": "zh", "日文": "ja", "日语": "ja", "韩文": "ko", "韩语": "ko", "法文": "fr", "法语": "fr", "德文": "de", "德语": "de",
              "西班牙文": "es", "西班牙语": "es", "俄文": "ru", "俄语": "ru"}  # fmt: skip
_LANGUAGE = re.compile(
    rf"(?:请|只|全部|全程|都|必须)?(?:用|使用|以)(?P<name>{'|'.join(_LANGUAGES)})(?:来)?(?:回答|回复|作答|答复|写|撰写|输出|解释|介绍|描述|创作)"
)
_NOT_SAID = re.compile(
    r"(?:不要|不得|不能|不可|禁止|避免|别|请勿|不许)(?:使用|出现|包含|提到|提及|写|说|用|含有)(?:到|以下|下列|关键)?(?:词语?|字眼|词汇|单词|关键词)?[：:]?\s?(?P<list>⟦\d{1,3}⟧(?:[、和或与，,]?⟦\d{1,3}⟧){0,10})"
)
_SAID = re.compile(
    r"(?:必须|要|需要|请|应|应该|务必|并)?(?:包含|包括|含有|使用|提到|提及|出现|用到)(?:以下|下列)?(?:关键词|词语?|词汇|单词|短语|句子)?[：:]?\s?(?P<list>⟦\d{1,3}⟧(?:[、和与，,]?⟦\d{1,3}⟧){0,10})(?:这|等)?(?:[一二两三几个]*词)?"
)
_TIMES = re.compile(
    rf"⟦(?P<q>\d{{1,3}}⟧)[^⟦。]{{0,8}}(?:出现|使用)?(?P<before>至少|不少于|最多|不超过)?(?:出现|使用)?(?P<before2>至少|不少于|最多|不超过)?\s?{_NUM}次"
)
_END = re.compile(
    r"(?:以|用)\s?⟦(?P<q>\d{1,3})⟧\s?(?:这句话|这个词|一句|作为|来)?(?P<edge>结尾|结束|收尾|开头|开始|起头)"
)
_NO_COMMA = re.compile(r"(?:不要|不得|不能|禁止|避免|别|请勿|不)(?:使用|用|出现|含有?|有)?(?:任何)?逗号")
_TABLE = re.compile(
    r"(?:用|以|做成|整理成|列成|输出|生成)(?:一个|Markdown|markdown)?\s?(?:的)?表格(?!文件|软件|数据库)"
)
_CHOICE = re.compile(
    r"(?:只|仅)(?:能|需|要|用|需要)?(?:回答|回复|输出|说)(?P<list>[“”\"「」]?(?:是|对|真|正面|⟦\d{1,3}⟧)[^。]{0,3}(?:或|或者|还是|/)[“”\"「」]?(?:否|不是|错|假|负面|⟦\d{1,3}⟧))"
)
_CASE = re.compile(r"(?:全部|全|都|所有字母)(?:使用|用|为)?(?P<case>大写|小写)")
_BUILT = re.compile(
    r"函数|脚本|程序|代码|密码|变量|字段|验证|校验|标题|每[句段行个条]|第[一二三四五六七八九十\d]|如果|假如|吗|什么|怎么|如何|为什么|翻译|意思|他说|她说|老师|要求我|\d字的?文章(?:怎|该)"
)


def read_chinese(request: Request) -> Iterator[Demand]:
    """The demands of every sentence that has Chinese characters."""
    for sentence in request.sentences:
        if not re.search("[\u4e00-\u9fff]", sentence.text):
            continue
        yield from _language(sentence)
        if _BUILT.search(re.sub("⟦\\d+⟧", "", sentence.text)):
            continue
        yield from _counts(sentence)
        yield from _words(request, sentence)
        yield from _forms(request, sentence)


def _language(sentence: Sentence) -> Iterator[Demand]:
    found = _LANGUAGE.search(sentence.text)
    if (
        found is None
        or "翻译" in sentence.text
        or re.search(r"(?:不要|别|不用|不必)\s?$", sentence.text[: found.start()])
    ):
        return
    yield LanguageDemand(language=_LANGUAGES[found["name"]], said=sentence.raw[:300])


def _counts(sentence: Sentence) -> Iterator[Demand]:
    for found in _COUNT.finditer(sentence.text):
        first, second = _value(found["n"]), _value(found["m"]) if found["m"] else None
        before, after = found["before"] or "", found["after"] or ""
        unit = _UNITS.get(found["unit"])
        if not unit or not first:
            continue
        least, most = _range(before, after, first, second, aims=unit in ("han", "characters", "words"))
        if least is None and most is None:
            continue
        yield CountDemand.model_validate(
            {"unit": unit, "least": least, "most": most, "said": sentence.raw[:300]}
        )


def _range(
    before: str, after: str, first: int, second: int | None, *, aims: bool
) -> tuple[int | None, int | None]:
    if second is not None:
        return (first, second) if first <= second else (None, None)
    if before in _LEAST or after == "以上":
        return first, None
    if before in _MOST or after in ("以内", "之内", "以下", "内"):
        return None, first
    if before == "少于":
        return None, max(0, first - 1)
    if before in ("多于", "超过"):
        return first + 1, None
    if before in _EXACT:
        return first, first
    if aims or after in ("左右", "上下") or before in ("大约", "大概", "约"):
        return (int(first * 0.6), int(first * 1.6) + 1) if before or after or first >= 50 else (None, None)
    return (first, first) if before else (None, None)


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    total = current = 0
    for char in number:
        value = _DIGITS.get(char, 0)
        if value >= 10:
            total += (current or 1) * value
            current = 0
        else:
            current = value
    return total + current


def _words(request: Request, sentence: Sentence) -> Iterator[Demand]:
    text = sentence.text
    counted: set[str] = set()
    for found in _TIMES.finditer(text):
        term = request.quote(found["q"])
        number = _value(found["n"])
        most = (found["before"] or found["before2"]) in ("最多", "不超过")
        counted.add(term)
        if term and number:
            yield TermDemand(
                term=term[:200],
                least=None if most else number,
                most=number if most else None,
                said=sentence.raw[:300],
            )
    forbidden = _NOT_SAID.search(text)
    for term in _quoted(request, forbidden):
        counted.add(term)
        yield TermDemand(term=term, most=0, said=sentence.raw[:300])
    for term in _quoted(request, _SAID.search(text)):
        if term not in counted:
            yield TermDemand(term=term, least=1, said=sentence.raw[:300])


def _quoted(request: Request, found: re.Match[str] | None) -> list[str]:
    if found is None:
        return []
    quotes = [request.quote(token).strip() for token in re.findall(r"⟦\d{1,3}⟧", found["list"])]
    return [quote[:200] for quote in quotes if quote]


def _forms(request: Request, sentence: Sentence) -> Iterator[Demand]:
    text, said = sentence.text, sentence.raw[:300]
    for found in _END.finditer(text):
        phrase = request.quote(found["q"]).strip()
        if phrase:
            yield EdgeDemand(
                edge="end" if found["edge"] in ("结尾", "结束", "收尾") else "start",
                phrase=phrase[:2000],
                said=said,
            )
    if _NO_COMMA.search(text):
        yield MarkDemand(mark="no_comma", said=said)
    if _TABLE.search(text) and not re.search(r"不要|别|不用|SQL|数据库", text):
        yield MarkDemand(mark="table", said=said)
    if (case := _CASE.search(text)) and "不" not in text[: case.start()]:
        yield CaseDemand(case="upper" if case["case"] == "大写" else "lower", said=said)
    if choice := _CHOICE.search(request.unmask(text).replace('"', "")) or _CHOICE.search(text):
        pair = [
            part.strip('“”"「」、，, ') for part in re.split("或者|或|还是|/", request.unmask(choice["list"]))
        ]
        if len(pair) == 2 and all(pair):
            yield ChoiceDemand(choices=tuple(part.strip('"') for part in pair), only=True, said=said)
