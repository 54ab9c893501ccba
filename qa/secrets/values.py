"""What a value looks like: random or written by a person, real or an example. Called by the rules.

All functions are pure and take time linear in the value's length.
"""

import math
import re

# What documentation writes where a secret would stand: anywhere in the value, or as all of it, or at its beginning.
_EXAMPLE_WORDS = (
    "example", "your", "xxxx", "dummy", "changeme", "change-me", "change_me", "placeholder", "redacted", "sample",
    "fake", "random", "insert", "foobar", "notasecret", "...", "…", "***", "1234567", "${", "{{",
)  # fmt: skip
_EXAMPLE = re.compile(
    r"(?:pass(?:word|wd|phrase)?|secret|user(?:name)?|test|token|admin|changeit|qwerty|letmein|hunter|root)[\d!]{0,4}$"
    r"|[<${%#@(\[]|(?:none|null|true|false|undefined|nil|empty|void|string|str|bytes|int|bool|optional)\b"
    r"|[^<]{0,200}<[a-z][\w -]{0,40}>|[^%]{0,200}%[(\[{]?\w{1,20}[)\]}]?s\b"
    r"|(?:.*[^a-z])?(?:todo|tbd|xxx)(?:[^a-z]|$)|.*abcdef$",
    re.DOTALL,
)
# In a password that a person made up for an example: "SecurePass123!", "my_p@ssw0rd".
_SAYS_SO = re.compile(
    r"p[a@4][s$5]{2}|s[e3]cr[e3]t|t[o0]ken|(?:api|access|private)[_-]?key|passphrase|credential|username",
    re.IGNORECASE,
)
# Letters and digits in their order, as nobody's key has them. Long ones only: a key may hold "345" by chance.
_SEQUENCES = {
    "abcdefghijklmnopqrstuvwxyz": 6,
    "zyxwvutsrqponmlkjihgfedcba": 6,
    "qwertyuiop": 6,
    "9876543210": 7,
    "01234567890": 7,
}
_ORDERED = tuple(
    {row[i : i + size] for row, size in _SEQUENCES.items() for i in range(len(row) - size + 1)} - {"abcdef"}
)


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


# Nine of ten pairs of letters in English text and code are one of these; of random letters four of ten are.
_PAIRS = words(
    """
    th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de
    hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr
    ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su
    id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od
    bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp
    ua up lu go ht ru ug ds lt pi rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys ob mm fu ph
    og ms ye ud mb ip ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw
    ju oa eq sy sl ps jo lf nv je nk kn gs dy hy ze ks xt bs ik dd pt rp sk xi oe oy ws lv dl rf eu dg wr
    xa yi nm eb rb tm xc eh tc gy ja hn yp za gg ym sw bj lm cs ii ix xe oh lk dv lp ax ox uf
    """
)
_LETTERS = re.compile(r"[A-Za-z]+")
_CODE_PATH = re.compile(r"[A-Za-z_$@]\w*(?:(?:\.|::|->|/|-)[A-Za-z_$]?\w*)+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def bits_of(value: str) -> float:
    """Shannon entropy of one character of `value`, in bits; 0 for an empty one."""
    size = len(value)
    if size == 0:
        return 0.0
    # Counting each character in C is quicker than a Counter for values of a token's length.
    return math.log2(size) - sum(n * math.log2(n) for n in map(value.count, set(value))) / size


def is_example(value: str) -> bool:
    """A placeholder, a template or the value of a documentation: YOUR_KEY, xxxx, ${VAR}, <token>, abcdefg…"""
    folded = value.lower()
    for word in _EXAMPLE_WORDS:
        at = folded.find(word)
        # A random token holds "xXxX" now and then; nobody writes an example so.
        if at >= 0 and _is_written(value[at : at + len(word)]):
            return True
    if _EXAMPLE.match(folded):
        return True
    return any(row in folded for row in _ORDERED)


def _is_written(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle() or not word.isalpha()


def names_itself(value: str) -> bool:
    """The value says what it stands for, as made-up passwords do: "SecurePass123!"."""
    return bool(_SAYS_SO.search(value))


def is_worded(value: str) -> bool:
    """Most of its letters are words of a language or of code, and it is not random."""
    pairs = common = 0
    for run in _LETTERS.findall(value):
        folded = run.lower()
        pairs += len(folded) - 1
        common += sum(folded[i : i + 2] in _PAIRS for i in range(len(folded) - 1))
    return pairs >= 4 and pairs * 2 >= len(value) and common / pairs >= 0.72


def is_code_path(value: str) -> bool:
    """`config.openai_key_v2`, `std::string_view`, `get-token-v2`: names joined by dots, colons, slashes, hyphens."""
    return bool(_CODE_PATH.fullmatch(value)) and is_worded(value)


def is_uuid(value: str) -> bool:
    """8-4-4-4-12 hexadecimal digits."""
    return bool(_UUID.fullmatch(value))


def classes_of(value: str) -> int:
    """How many of lower case, upper case, digits and signs the value mixes; `._-/` are no signs here."""
    return (
        any(map(str.islower, value))
        + any(map(str.isupper, value))
        + any(map(str.isdigit, value))
        + any(not char.isalnum() and char not in "._-/" for char in value)
    )


def digits_of(value: str) -> int:
    """How many ASCII digits the value holds."""
    return sum("0" <= char <= "9" for char in value)
