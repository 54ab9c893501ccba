"""One wording for many: quantities, prohibitions and contractions of a sentence in the form that the readers know.

"Cap it at 80 words", "80 words tops", "must not exceed 80 words" all become "at most 80 words"; "commas are not
permitted", "steer clear of commas" become "avoid commas". So a reader knows one form of each relation instead of
every phrase. Pure; each rule is bounded and made once, in order.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re

from qa.demands.amounts import NUMBER

type _Rule = tuple[str, str]

# "An essay of 300 words or more": the article is no number here.
_N = rf"(?!(?:an?|single|both)\b){NUMBER}"

_GAP = r"(?:[\s-](?!(?:and|or|but|with|at|in|per|each)\b)[\w'-]{1,20}){0,3}?"
_UNIT = r"words?|sentences?|paragraphs?|characters?|lines?|bullets?|bullet\spoints?|items?|times?|letters?|placeholders?|sections?"
_LIMITING = (
    r"(?:limit|restrict|cap|confine|reduce|shorten|trim|keep|hold|bring|condense|max\s?out)(?:s|ed|ing)?"
)
_BANNED = (
    r"(?:(?:strictly|absolutely|also|all|both|completely)\s)?(?:not\s(?:be\s)?(?:permitted|allowed|acceptable|welcome|wanted|okay|ok)|(?:be\s)?(?:forbidden|prohibited|banned|disallowed"
    r"|off[- ]limits|taboo|unacceptable|verboten|excluded|omitted|avoided|left\sout|skipped)|to\sbe\s(?:avoided|omitted|excluded|left\sout))"
)

_WORDS: tuple[_Rule, ...] = (
    (r"\b(?:can't|cant|can\snot)\b", "cannot"),
    (r"\bwon't\b", "will not"),
    (r"\b(?:dont|do\sn't)\b", "do not"),
    (r"n't\b", " not"),
    (r"\bw/o\b", "without"),
    (r"\b(?:pls|plz|plss)\b", "please"),
    (r"\bI'?d\slike\b", "I want"),
    (r"\bmax\.?(?=[\s:])", "maximum"),
    (r"\bmin\.?(?=[\s:])(?!\s(?:read|walk|drive)\b)", "minimum"),
    (r"\b(?:para|paras)\b", "paragraphs"),
)
_QUANTITIES: tuple[_Rule, ...] = (
    # "once", "twice" as numbers
    (r"\b(at\s(?:the\s)?(?:very\s)?(?:least|most)|no\smore\sthan|(?:more|less|fewer)\sthan|exactly|only|not\sover|over|up\sto)\s(?:once|a\ssingle\stime|one\stime)\b", r"\1 1 times"),
    (r"\b(?:once)\s(or\s(?:more|less|fewer)|at\s(?:the\s)?(?:least|most)|minimum|maximum)\b", r"1 times \1"),
    (r"\btwice\b", "2 times"),
    (r"\bthrice\b", "3 times"),
    # comparisons in one form
    (r"\b(?:greater\sthan\sor\sequal\sto|equal\sto\sor\s(?:more|greater)\sthan|not\s(?:any\s)?(?:less|fewer|shorter|lower|smaller)\sthan|not\s(?:under|below)|never\s(?:less|fewer)\sthan|nothing\s(?:less|shorter)\sthan|no\s(?:shorter|lower|smaller)\sthan)\b", "at least"),
    (r"\b(?:less\sthan\sor\sequal\sto|equal\sto\sor\s(?:less|fewer)\sthan|no\s(?:longer|greater|higher|larger|bigger)\sthan|not\s(?:any\s)?(?:more|longer|greater|higher|larger)\sthan|nothing\s(?:longer|more|over|above)(?:\sthan)?)\b", "at most"),
    (rf"\b(?:should|must|may|can|could|will|shall|to|do|does|is|are|be|it)?\s?(?:not|never|without)\s(?:ever\s)?(?:exceed(?:ing|s)?|surpass(?:ing)?|go(?:es|ing)?\s(?:over|above|beyond|past)|be\s(?:over|above|beyond)|run\s(?:over|past)|pass)\s(?:the\s)?(?:limit\sof\s)?(?={NUMBER})", " be at most "),
    (rf"\bcannot\s(?:exceed|surpass|go\s(?:over|above|beyond|past)|be\s(?:over|above|beyond))\s(?={NUMBER})", "must be at most "),
    (rf"\b(?:not|never)\s(?:let\s\w+\s)?(?:reach|hit|get\sto|become)\s(?={NUMBER})", "have fewer than "),
    (rf"\b(?:exceed(?:s|ing)?|surpass(?:es|ing)?|go(?:es)?\s(?:over|beyond))\s(?={NUMBER})", "have more than "),
    (rf"\b(?:anything|everything|answers?|less|responses?)\s(?:that\sis\s|that's\s|which\sis\s)?(?:below|under|less\sthan|fewer\sthan|shorter\sthan|than)\s({NUMBER}{_GAP})\s(?:is|are|will\sbe|would\sbe)\s(?:not|un|too|re)[\w ]{{0,30}}", r"write at least \1"),
    (rf"\b(?:anything|everything|answers?|more|responses?)\s(?:that\sis\s|that's\s|which\sis\s)?(?:above|over|more\sthan|longer\sthan|beyond|than)\s({NUMBER}{_GAP})\s(?:is|are|will\sbe|would\sbe)\s(?:not|un|too|re)[\w ]{{0,30}}", r"write at most \1"),
    (r"\b(?:as\s(?:few|little)\sas|starting\s(?:at|from))\b", "at least"),
    (r"\b(?:as\s(?:many|much)\sas)\b", "up to"),
    (rf"\b(?:(?:stay|remain|fit|be)\s)?within\s(?:a\s(?:limit|maximum)\sof\s|the\s)?(?={NUMBER})", "at most "),
    (rf"\b({_LIMITING}\b[^.⟦]{{0,60}}?)\s(?:to|at|within|in)\s(?:only\s|just\s|a\smaximum\sof\s|max(?:imum)?\s)?(?={NUMBER})", r"\1 to at most "),
    (rf"\b({_LIMITING}\b[^.]{{0,60}}?)\s(?:to|at|within)\s(?:only\s|just\s)?(?={NUMBER})", r"\1 to at most "),
    (rf"\b(word|sentence|character|paragraph)[- ]?(?:count\s)?limit\s?(?:is|of|:|=|should\sbe|-)?\s?(?:at\smost\s)?({NUMBER})(?:\swords|\ssentences|\scharacters)?", r"at most \2 \1s"),
    (rf"\b(?:a\s|the\s)?(maxim(?:um|al)|minim(?:um|al))\s(word|sentence|character|paragraph)\s(?:length|count|number|total|limit)\s?(?:of\s|is\s|:\s?|=\s?)*({NUMBER})\b(?:\swords)?", r"\1 \3 \2s"),
    (rf"\b(?:a\s)?(?:maximum|limit)\s(?:word\s|sentence\s|character\s)?(?:length|count|number|total|size|amount)?\s?(?:of\s|is\s|:\s?)*(?={NUMBER})", "at most "),
    (rf"\b(?:a\s)?minimum\s(?:word\s|sentence\s|character\s)?(?:length|count|number|total|size|amount)?\s?(?:of\s|is\s|:\s?)*(?={NUMBER})", "at least "),
    (rf"\b(?:maximum)\s(?:number\sof\s)?({_UNIT})\s(?:count\s)?(?:is|are|should\sbe|of|:|=)\s?({NUMBER})", r"at most \2 \1"),
    (rf"\b(?:minimum)\s(?:number\sof\s)?({_UNIT})\s(?:count\s)?(?:is|are|should\sbe|of|:|=)\s?({NUMBER})", r"at least \2 \1"),
    (rf"\b(word|sentence|character|paragraph)[- ]?(?:count|length)\s?(?:is|of|:|=|should\sbe|must\sbe)\s?({NUMBER})\s(minimum|maximum|or\smore|or\sless)", r"\2 \1s \3"),
    (rf"\b(word|sentence|character|paragraph)[- ]?(?:count|length|total)s?\b[^.⟦]{{0,30}}?\b((?:at\sleast|at\smost|no\smore\sthan|no\sfewer\sthan|no\sless\sthan|(?:more|less|fewer)\sthan|under|below|over|above|exactly|between)\s{NUMBER}(?:\s?(?:and|to|-)\s?{NUMBER})?)(?!\s(?:words|sentences|characters|paragraphs))", r"use \2 \1s"),
    # what stands after the number, before it; the words between are the unit
    (rf"(?<![\w.,-])(?<!than\s)(?<!least\s)(?<!most\s)({_N}{_GAP}),?\s(?:\(?(?:maximum|tops|(?:no|not)\smore(?!,?\s(?:and\s)?(?:no|not)\sless)|or\s(?:less|fewer|under|below|shorter)|at\s(?:the\s|a\s)?(?:very\s)?(?:most|maximum)|and\s(?:no|not)\smore(?!,?\s(?:and\s)?(?:no|not)\sless)|long\sat\smost|or\snot\smore))\b(?!\s(?:than|of)\b)", r"at most \1"),
    (rf"(?<![\w.,-])(?<!than\s)(?<!least\s)(?<!most\s)({_N}{_GAP}),?\s(?:\(?(?:minimum|or\s(?:more|above|higher|longer|over)|at\s(?:the\s|a\s)?(?:very\s|bare\s)?(?:least|minimum)|and\s(?:up|above|more)|upwards?))\b(?!\s(?:than|of)\b)", r"at least \1"),
    (rf"\b(?:at\sleast|more\sthan\sor\sequal\sto|from)\s({NUMBER})\s?,?\s?(?:and|but|,|to)\s(?:at\smost|no\smore\sthan|up\sto|a\smaximum\sof|maximum)\s(?={NUMBER})", r"between \1 and "),
    (rf"\b(?:anywhere\s)?(?:from|in\sthe\srange\sof)\s({NUMBER})\s(?:to|and|-|–)\s(?={NUMBER})", r"\1 to "),
    (rf"\b(?:an?\s)?({NUMBER})\s?(?:\+|plus)[- ](?=(?:{_UNIT}|place|all|capital|high|bold|exclam|hash)\b)", r"at least \1 "),
)  # fmt: skip
_PROHIBITIONS: tuple[_Rule, ...] = (
    # what a person in the story never does is no demand
    (r"\b(?:who|whose)\s(?:\w+\s){0,3}?(?:not|never|cannot|must|only|refus\w{1,3}|avoid\w{0,3}|hat(?:es|ed)|ask(?:s|ed)|want(?:s|ed)|demand(?:s|ed)|requir(?:es|ed)|need(?:s|ed)|says?|said|told|insist(?:s|ed))\b[^,.;⟦]{0,200}", "who"),
    (r"\b(?:do\s)?(?:not|never)\s(?:leave\sout|omit|skip|drop)\s(?=the\s|any\s|⟦|a\s)", "include "),
    (r"^\W*(?:(?:absolutely|strictly)\s)?(?:not\s(?:allowed|permitted)|forbidden|prohibited|banned|off[- ]limits)\s(?:are|is)\s", "avoid "),
    (r"\b(?:in\swhich|where)\s(?:the|an?|every|each|all|no)\s(?!letters?\b|words?\b|phrases?\b|key\s?words?\b|title\b)[\w'-]+\s(?:may|must|can|cannot|could|has\sto|have\sto|never|only)\b[^,.;⟦]{0,200}", "there"),
    # how something is written in general is a topic
    (r"\b(?:how|ways?|when|whether|why)\sto\s(?:write|type|spell|format|capitali[sz]e|punctuate|use|count|avoid|quote)\b[^,.;⟦]{0,200}", "that"),
    # "my poem, it has no commas" tells of the poem
    (r"\b(my|his|her|their|our)\s((?:[\w'-]+\s){0,1}[\w'-]+),?\s(?:it|which|that|and\sit)\s(?:has(?!\sto\b)|had|was|uses|used|contains|contained|writes|says)\b[^.;⟦]{0,200}", r"\1 \2"),
    # a list in brackets is a list
    (r"[\[({]\s?(⟦\d{1,3}⟧(?:\s?[,;/|]\s?(?:and\s|or\s)?⟦\d{1,3}⟧){0,30})\s?[\])}]", r"\1"),
    (r"\b(?:steer\s(?:well\s)?clear\sof|(?:stay|keep)\s(?:well\s)?(?:away\sfrom|clear\sof)|abstain\sfrom|dispense\swith|do\swithout|forgo|eliminate|shun|eschew|skip|keep\sout|leav(?:e|ing)\sout)\b", "avoid"),
    (r"\b(?:free\s(?:of|from)|devoid\sof|lacking)\b", "without"),
    (r"\b(?:avoid|no|without|refrain\sfrom)\s(?:(?:make|making|include|including|have|having)\s)?(?:any\s|the\s)?(?:use|usage|mention|mentioning|using|occurrences?|presence|instances?)\s(?:of\s)?(?=the\s|any\s|⟦|commas?|capital|upper|lower|words?)", "avoid "),
    (r"\b(?:not\s(?:be\s)?(?:allowed|permitted|supposed|free|able)|forbidden|prohibited)\s(?:to|from)\s(?:ever\s)?(?=use|using|say|mention|write|include|contain|have|employ)", "must not "),
    (rf"\b(?:(?:the\s|any\s)?(?:use|usage|mention|inclusion|presence|occurrence)\sof\s)((?:the\s|any\s)?(?:(?:words?|keywords?|phrases?|terms?)\s)?(?:⟦\d{{1,3}}⟧|[\w'-]+)(?:\s(?:letters?|words?))?)\s(?:is|are|should\sbe|must\sbe)\s{_BANNED}", r"avoid \1"),
    (rf"\b(commas?|(?:capital|upper[- ]?case|lower[- ]?case)\sletters?)\s(?:(?:is|are|should|must|may|can|will|to)\s){{0,2}}{_BANNED}", r"avoid \1"),
    (r"\b(commas?|(?:capital|upper[- ]?case|lower[- ]?case)\sletters?)\s(?:(?:should|must|may|can|will|do|does)\s)(?:not|never)\s(?:be\s)?(?:used|appear|occur|included|present|show\sup|exist|contained|found|there)\b", r"avoid \1"),
    (r"\bnot\s(?:want|like)\s(?:to\s(?:see|read|find|have)\s)?(?=(?:any|a|the|you|more|anything)\b)", "not include "),
    (r"\b(?:make\ssure|be\ssure|ensure|see\sto\sit)\s(?:that\s)?(?:you\s|to\s)?not\s(?:to\s|ever\s)?", "do not "),
    (r"\b(?:do\s)?(?:not|never)\s(?:forget|fail|neglect|omit|hesitate)\s(?:to\s)?", "please "),
    (r"\btry\s(?:not\sto|to\snot)\b", "do not"),
)  # fmt: skip
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in (*_WORDS, *_QUANTITIES, *_PROHIBITIONS)
)
MAX_CHARS = 1500
"""A longer sentence demands nothing beyond this; it bounds what a hostile one costs."""


def in_plain_words(sentence: str) -> str:
    """The sentence with its relations, prohibitions and contractions in one form; quotations are untouched."""
    plain = sentence[:MAX_CHARS]
    for pattern, wording in _RULES:
        plain = pattern.sub(wording, plain)
    return " ".join(plain.split())
