"""Which language a text is in: by its script, and among Latin ones by the commonest small words. No model.

It answers "no" only when it is clear, for a wrong "no" sends a right answer back. A detector of the usual kind
(langdetect, lingua) costs a worker 40 to 600 MB or a second at its start; this one costs nothing at rest.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections import Counter

NAMES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "portuguese": "pt", "italian": "it", "dutch": "nl",
    "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "polish": "pl", "czech": "cs", "turkish": "tr",
    "vietnamese": "vi", "swahili": "sw", "kiswahili": "sw", "indonesian": "id", "romanian": "ro", "hungarian": "hu",
    "croatian": "hr", "chinese": "zh", "mandarin": "zh", "simplified chinese": "zh", "japanese": "ja", "korean": "ko",
    "russian": "ru", "ukrainian": "uk", "bulgarian": "bg", "arabic": "ar", "persian": "fa", "farsi": "fa", "urdu": "ur",
    "hebrew": "he", "greek": "el", "hindi": "hi", "marathi": "mr", "nepali": "ne", "bengali": "bn", "bangla": "bn",
    "punjabi": "pa", "gujarati": "gu", "tamil": "ta", "telugu": "te", "kannada": "kn", "malayalam": "ml", "thai": "th",
}  # fmt: skip
ENGLISH_NAMES = {code: name.title() for name, code in reversed(NAMES.items())}

_SCRIPTS = {
    "latin": "A-Za-z\u00aa-\u024f\u1e00-\u1eff",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "kana": "\u3040-\u30ff",
    "hangul": "\uac00-\ud7af\u1100-\u11ff\u3130-\u318f",
    "cyrillic": "\u0400-\u052f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "hebrew": "\u0590-\u05ff",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "thai": "\u0e00-\u0e7f",
}
_SCRIPT_OF = {
    "zh": "han", "ja": "kana", "ko": "hangul", "ru": "cyrillic", "uk": "cyrillic", "bg": "cyrillic", "ar": "arabic",
    "fa": "arabic", "ur": "arabic", "he": "hebrew", "el": "greek", "hi": "devanagari", "mr": "devanagari",
    "ne": "devanagari", "bn": "bengali", "pa": "gurmukhi", "gu": "gujarati", "ta": "tamil", "te": "telugu",
    "kn": "kannada", "ml": "malayalam", "th": "thai",
}  # fmt: skip
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
# Letters that only the first language of its script has, or that it never has.
_OWN_LETTERS = {
    "ur": re.compile("[ٹڈڑںےہھ]"), "fa": re.compile("[پچژگی]"), "ar": re.compile("[ةىيكؤئإأ]"),
    "uk": re.compile("[іїєґ]"), "ru": re.compile("[ыэё]"), "bg": re.compile("ъ"),
}  # fmt: skip
_COMMON = {
    "en": "the and of to is in that for it with as was are this be you on not have at by from his her they we or an will my but their your when",
    "de": "der die das und ist nicht ein eine zu den mit von ich sie es auf für im dem des wir auch als an sich wie wird aus bei",
    "fr": "le la les des et est une un que dans pour qui pas vous sur avec ce au plus nous par je du il elle ne sont cette",
    "es": "el la los las de que y en un una es por con para no se del lo su como más pero al tu mi está son este muy",
    "pt": "o a os as de que e em um uma é por com para não se do da no na seu mais mas dos das ao como foi você são eu",
    "it": "il la le di che e in un una è per con non si del della gli lo al i come più ma sono da nel alla dei questo",
    "nl": "de het een en van is dat in op te niet met voor zijn er aan die ik je ook maar als bij om wij dit wordt naar",
    "sv": "och att det i en är som på av för med den till inte ett har jag vi om de var så du från kan men sig",
    "da": "og at det i en er som på af for med den til ikke et har jeg vi om de var så du fra kan men sig hvor",
    "no": "og at det i en er som på av for med den til ikke et har jeg vi om de var så du fra kan men seg hvor",
    "fi": "ja on ei se että oli hän mutta kun niin ovat myös kuin tai joka olen minä sinä voi mitä vain jos sen tämä kukka",
    "pl": "i w na z się nie to do że jest o jak dla od za po ale co przez są czy być jego tym ten tak można",
    "cs": "a v na se je to že s z do i o pro jako k ale jsem by si za od nebo po podle jsou jeho tak",
    "tr": "ve bir bu için ile de da çok olarak daha gibi olan ne en kadar ama var değil sonra mi ben sen biz o",
    "vi": "và của là có không một cho được các trong với người này những khi đã để tôi bạn rất ra đó nhiều",
    "sw": "na ya wa ni kwa katika la za kuwa hii yake cha kama watu sana hiyo lakini yangu mimi wewe au si ili vya",
    "id": "dan yang di itu dengan untuk ini dari dalam tidak pada adalah akan ke saya kamu bisa ada juga atau karena",
    "ro": "și de la în cu nu este un o pe care din ce mai să sunt pentru se că dar au fi ca sau",
    "hu": "a az és hogy nem is egy van de meg ez csak mint ha már volt el még vagy ki mert lesz",
    "hr": "i u je na se da za su od s ne kao što ili sam koji ali bi biti po do iz može nije",
}  # fmt: skip
_COMMON_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_CLOSE = (frozenset({"da", "no", "sv"}), frozenset({"es", "pt", "it"}), frozenset({"cs", "pl", "hr"}))
_NOT_PROSE = re.compile(
    r"```[^`]{0,20000}```|`[^`\n]{1,200}`|https?://\S{1,300}|<[^<>\n]{1,80}>|\[[^\[\]\n]{1,80}\]"
)
_WORD = re.compile(r"[^\W\d_]+")
MAX_CHARS = 20_000
_FEW_LETTERS, _FEW_WORDS = 12, 10


def is_in_language(text: str, code: str) -> bool | None:
    """True when the text is in the language, False when it clearly is not, None when that cannot be told."""
    prose = _NOT_PROSE.sub(" ", text[:MAX_CHARS])
    counts = Counter({name: len(letters.findall(prose)) for name, letters in _LETTERS.items()})
    total = counts.total()
    if total < _FEW_LETTERS:
        return None
    script = _SCRIPT_OF.get(code, "latin")
    own = counts[script] + (counts["han"] if code in ("ja", "ko") else 0)
    if own * 2 < total:
        return False
    if script == "latin":
        return _among_latin(prose, code)
    if code == "zh" and counts["kana"] * 5 > total:
        return False
    return _among_neighbours(prose, code, script, counts[script])


def _among_neighbours(prose: str, code: str, script: str, letters: int) -> bool:
    """Languages of one script, told apart by letters that only one of them has."""
    if code == "ja":
        return letters > 0
    rivals = [
        each for each, own in _SCRIPT_OF.items() if own == script and each != code and each in _OWN_LETTERS
    ]
    mine = len(_OWN_LETTERS[code].findall(prose)) if code in _OWN_LETTERS else 0
    strongest = max((len(_OWN_LETTERS[rival].findall(prose)) for rival in rivals), default=0)
    return not (mine * 8 < strongest and strongest * 25 > letters)


def _among_latin(prose: str, code: str) -> bool | None:
    words = _WORD.findall(prose.lower())
    if len(words) < _FEW_WORDS or code not in _COMMON_WORDS:
        return None
    seen = Counter(words)
    shares = {each: sum(seen[word] for word in common) / len(words) for each, common in _COMMON_WORDS.items()}
    best = max(shares, key=lambda each: shares[each])
    if best == code or any({best, code} <= family for family in _CLOSE):
        return True
    if shares[best] > 0.12 and shares[best] > 3 * shares[code] + 0.02:
        return False
    return None if shares[code] < 0.05 else True
