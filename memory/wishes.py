"""The client's standing wishes: "always answer in German", "remember that …", "my name is …", in several languages.

Only the client's own words count, and only near the ends of a message or in a short one: what he pastes in the middle
(a mail that says "always …") is no wish of his. Quoted lines and code are none either.
"""

import re
from functools import lru_cache
from typing import Final

from memory.passages import KEPT_CHARS, KEPT_TURNS, passages_of
from memory.turns import Said

SHORT_CHARS: Final = 800  # a message up to here is the client's own word as a whole
EDGE_CHARS: Final = 250  # of a longer one, its first and last
MOST_TOKENS: Final = 60

_SPOKEN: Final = re.compile(
    r"^(?:(?:and|also|so|but|ok(?:ay)?|please|bitte|und|por favor|s'il (?:te|vous) pla[iî]t|et|y|e"
    r"|per favore)[,:]? )*"
    r"(?:always|never|from now on|from here on|remember\b|don'?t (?:ever|forget)|do not (?:ever|forget)"
    r"|keep in mind|"
    r"note that|for the record|in (?:the )?future|every time|whenever|going forward|forget (?:that|what)"
    r"|stop (?:using|answering|writing)|"
    r"immer\b|nie(?:mals)?\b|ab (?:jetzt|sofort|heute)|merk dir|merke dir|vergiss nicht|denk(?:e)? daran"
    r"|künftig|in zukunft|antworte(?:n sie)?\b|"
    r"toujours|ne\b.{1,40}\bjamais|désormais|dorénavant|à partir de maintenant|souviens-toi|rappelle-toi"
    r"|n'oublie|retiens|réponds|"
    r"siempre|nunca|a partir de ahora|de ahora en adelante|recuerda|no olvides|ten en cuenta|responde|"
    r"sempre|non\b.{1,40}\bmai|d'ora in poi|ricorda(?:ti)?|non dimenticare|rispondi|a partir de agora"
    r"|lembre|não esqueça|"
    r"всегда|никогда|запомни|отныне|не забудь|отвечай|"
    r"altijd|nooit|vanaf nu|onthoud|vergeet niet)"
    r"|\b(?:always (?:answer|reply|use|write|call|send|put|keep|sign)|never (?:answer|reply|use|write"
    r"|call|send|mention|put)|"
    r"my name is|call me|i(?:'m| am) allergic|i prefer|we prefer|"
    r"ich heiße|nenn(?:e|en sie)? mich|ich bin allergisch|ich bevorzuge|je m'appelle|appelle-moi"
    r"|je préfère|me llamo|llámame|prefiero|"
    r"mi chiamo|chiamami|preferisco|меня зовут)\b"
    r"|记住|记得|请记|以后(?:都|请|要|不)|从现在(?:起|开始)|请?始终|请?一直用|不要忘|别忘|我叫|我对.{1,8}过敏|覚えて(?:おいて)?|今後は|常に|忘れないで|기억해|항상",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(r"[?？]\s*$")
_QUOTED: Final = re.compile(r"^\s*(?:>|```|~~~|\")")


def wishes_in(said: Said) -> tuple[str, ...]:
    """The standing wishes that a turn speaks out, each a sentence as it was said."""
    if said.role != "user":
        return ()
    return _kept(said.content) if len(said.content) <= KEPT_CHARS else _find(said.content)


@lru_cache(KEPT_TURNS)
def _kept(content: str) -> tuple[str, ...]:
    return _find(content)


def _find(content: str) -> tuple[str, ...]:
    found = []
    for passage in passages_of(content):
        text = content[passage.start : passage.end]
        if passage.tokens > MOST_TOKENS or not _is_his_own(content, passage.start, passage.end):
            continue
        if _SPOKEN.search(text) and not _QUESTION.search(text) and not _QUOTED.match(text):
            found.append(text)
    return tuple(found)


def _is_his_own(content: str, start: int, end: int) -> bool:
    if len(content) <= SHORT_CHARS:
        return True
    return end <= EDGE_CHARS or start >= len(content) - EDGE_CHARS
