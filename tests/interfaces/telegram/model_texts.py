"""Texts such as language models write, and worse ones: the same seed gives the same text.

Each sample names words that a reader must find in what is sent, in this order, and code that must stay whole.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

EMOJI = ["👍", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👩🏽‍🚀", "❤️", "🧑‍💻", "1️⃣", "🤦🏿‍♀️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
CJK = [
    "這是一個測試。",
    "日本語の文章、テスト！",
    "한국어 문장입니다.",
    "繁體中文；標點：「引號」",
    "ｆｕｌｌｗｉｄｔｈ",
]
RTL = ["هذا نص عربي", "זה טקסט בעברית", "سلام دنیا", "אבג (abc) דהו", "العدد ١٢٣ و 456"]
LATIN = [
    "the",
    "order",
    "was",
    "checked",
    "twice",
    "because",
    "of",
    "naïve",
    "façades",
    "and",
    "a",
    "3.5",
    "%",
    "margin;",
    "see",
    "below",
]
SCHEMES = [
    "https://example.com/a_(b)?q=1&r=ü#frag",
    "http://localhost:3000/health",
    "http://127.0.0.1:8080",
    "https://user:pass@example.com/",
    "https://exa mple.com",
    "https://example.com:99999/x",
    "https://[::1]/v6",
    "http://",
    "https://münchen.example/straße",
    "javascript:alert(1)",
    "data:text/html;base64,PGI+",
    "file:///etc/passwd",
    "ftp://ftp.example.com/x",
    "mailto:a.b@example.com?subject=x",
    "tg://user?id=12345",
    "tg://resolve?domain=durov",
    "tg:resolve?domain=x",
    "src/main.py#L10",
    "#section",
    "//example.com/x",
    "https://example.com/\u202egpj.exe",
    "https://example.com/" + "a" * 3000,
    "https://..",
    "HTTPS://EXAMPLE.COM",
    "",
]
CODE = {
    "python": "def {w}(x: list[int]) -> str:\n    # {w} *not* bold\n\treturn f\"{{x}}\" or r'\\(a=b\\)'",
    "js": "const {w} = async () => {{ await `${{x}} || ${{y}}`; }} // <b>{w}</b>",
    "go": 'func {w}() {{\n\tfmt.Println("{w} & \\t")\n}}',
    "rust": "fn {w}<'a>(x: &'a str) -> Option<Vec<u8>> {{ None }} // {w}",
    "c++": "template<typename T> T {w}(T a) {{ return a << 2; }}",
    "bash": "for {w} in *.txt; do sed 's/\\(x=\\)/$1/' | tee >(cat); done # {w}",
    "sql": "SELECT {w} FROM t WHERE a <> '||' -- {w} 100 %",
    "html": '<div class="{w}">&amp; &lt;{w}</div>\n<!-- {w} -->',
    "yaml": "{w}:\n  - a: &x 1\n  - 漢字: {w}",
    "Makefile": "{w}:\n\t@echo $(shell ls) # {w}",
    "": "$ {w} --flag | grep {w}",
    "latex title=x": "\\begin{{align}} {w} &= \\frac{{1}}{{2}} \\\\ \\end{{align}}",
    "mermaid": "graph TD\n  {w}[a] --> b{{c}}",
    "objective-c,linenos": '[obj {w}:@"x"]; // {w}',
    "weird`lang": "{w}",
}
BAD = [
    "\ud83d",
    "\udc00",
    "a\ud800b",
    "\x00",
    "\x07\x1b[31m",
    "\r",
    "\x0b",
    "\u2028",
    "&#0;",
    "&#1;",
    "&#x202e;",
    "&#xd800;",
    "\u202eevil",
    "\u2066iso",
    "\u2069\u202c",
    "\u2067\u202b\u2069",
    "\u200b\u200d",
    "\ufeff",
    "\u30a2\u030a",
    "&nbsp;",
    "\ufffe",
]
UNCLOSED = [
    "**bold",
    "*it",
    "__u",
    "~~s",
    "`code",
    "[label",
    "[label](http://x.y",
    "![img](",
    "||spoil",
    "$x",
    "\\(a_1",
    "<b",
    "***x** y",
    "_a *b_ c*",
    "~5 to ~6",
    "$5-$6",
    "$HOME:$PATH",
    "**a*b**c*",
    "``a`b",
    "[[x]]",
    "[x][y",
    "> ",
    "1) ",
    "\\",
]
MATH = [
    "$E = mc^2$",
    "$$\\int_0^1 \\frac{x^2}{\\sqrt{2}} dx$$",
    "\\(\\alpha + \\beta_{12}\\)",
    "\\[\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n\\]",
    "$\\underline{\\overline{\\cancel{x}}}$",
    "$\\frac{$",
    "$\\left( \\right.$",
    "$$\n\n$$",
    "$" + "{" * 40 + "$",
]

_WORD = re.compile(r"w\d+q")


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, the words of it that must arrive, in order, and the code that must stay in one piece."""

    markdown: str
    words: tuple[str, ...]
    fences: tuple[str, ...]


def sample(seed: int) -> Sample:
    return _Writer(random.Random(seed)).text()


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.words = 0
        self.fences: list[str] = []
        self.blocks: list[Callable[[], str]] = [
            self.paragraph,
            self.paragraph,
            self.heading,
            self.list,
            self.quote,
            self.table,
            self.fence,
            self.fence,
            self.links,
            self.math,
            self.html,
            self.unclosed,
            self.long_line,
            self.right_to_left,
            self.hostile,
            self.many_spans,
            self.rule,
        ]

    def text(self) -> Sample:
        size = self.rng.choices([1, 4, 12, 40, 150, 600], [15, 35, 30, 14, 5, 1])[0]
        blocks = [self.rng.choice(self.blocks)() for _ in range(size)]
        if self.rng.random() < 0.1:
            blocks.append(self.last())
        glue = self.rng.choice(["\n\n", "\n\n", "\r\n\r\n", "\n\n\n"])
        markdown = glue.join(blocks)
        return Sample(markdown, tuple(dict.fromkeys(_WORD.findall(markdown))), tuple(self.fences))

    def word(self) -> str:
        self.words += 1
        return f"w{self.words}q"

    def phrase(self) -> str:
        pool = self.rng.choice([LATIN, LATIN, CJK, EMOJI, RTL])
        return " ".join([*self.rng.choices(pool, k=self.rng.randint(1, 6)), self.word()])

    def marked(self, depth: int = 0) -> str:
        if self.rng.random() < 0.1:
            return f"重點**{self.word()}：**內容**「{self.word()}」**"
        mark = self.rng.choice(["**", "*", "~~", "***", "`", "__", "_", ""])
        if depth > 3 or mark == "`" or self.rng.random() < 0.4:
            return f"{mark}{self.word()}{mark}"
        return f"{mark}{self.word()} {self.marked(depth + 1)} {self.word()}{mark}"

    def inline(self) -> str:
        return " ".join(
            self.rng.choice([self.phrase, self.phrase, self.marked])() for _ in range(self.rng.randint(1, 6))
        )

    def paragraph(self) -> str:
        ends = [". ", ".\n", "! ", "  \n", "\\\n", "。", " "]
        return "".join(self.inline() + self.rng.choice(ends) for _ in range(self.rng.randint(1, 8))).strip()

    def heading(self) -> str:
        return "#" * self.rng.randint(1, 6) + " " + self.inline()

    def list(self) -> str:
        lines = []
        depth = 0
        for number in range(self.rng.randint(1, 8)):
            depth = self.rng.randint(0, min(depth + 1, 4))
            marker = self.rng.choice(["- ", "* ", f"{number + 1}. ", "- [ ] ", "- [x] ", "+ "])
            lines.append("    " * depth + marker + self.inline())
        return "\n".join(lines)

    def quote(self) -> str:
        depths = [self.rng.randint(1, 3) for _ in range(self.rng.randint(1, 6))]
        lines = [">" * depth + " " + self.inline() for depth in depths]
        if self.rng.random() < 0.3:
            lines += [">", "> ```py", f"> {self.word()} = 1", "> ```"]
        return "\n".join(lines)

    def table(self) -> str:
        columns = self.rng.randint(1, 5)
        rows = [
            "| " + " | ".join(self.cell() for _ in range(columns)) + " |"
            for _ in range(self.rng.choice([2, 3, 8, 40]))
        ]
        rows.insert(1, "|" + "|".join([":-:"] * columns) + "|")
        return "\n".join(rows)

    def cell(self) -> str:
        kinds: list[Callable[[], str]] = [self.phrase, self.word, self.marked, self.broken, str]
        return self.rng.choice(kinds)()

    def broken(self) -> str:
        return f"<br>{self.word()}"

    def fence(self) -> str:
        language, template = self.rng.choice(list(CODE.items()))
        blocks = [template.format(w=self.word()) for _ in range(self.rng.choice([1, 2, 10, 30, 90]))]
        code = self.rng.choice(["\n", "\n\n"]).join(blocks)
        if "`" in language:
            return f"~~~~ {language}\n{code}\n~~~~"
        if len(code.expandtabs(4)) < 3000:
            self.fences.append(code.expandtabs(4))
        return f"````{language}\n{code}\n````"

    def links(self) -> str:
        target = self.rng.choice(SCHEMES)
        return self.rng.choice(
            [
                f"[{self.phrase()}]({target}) {self.word()}",
                f"[{self.marked()}](<{target}>) {self.word()}",
                f"![{self.word()}]({target}) {self.word()}",
                f"[![{self.word()}](https://example.com/i.png)]({target}) {self.word()}",
                f"<{target}> {self.word()}",
                f"[{self.word()}][r]\n\n[r]: {target or 'x'}\n",
                f"# [{self.word()}]({target})\n- [{self.word()}]({target})\n> [`{self.word()}`]({target})",
                f"[]({target}) {self.word()}",
            ]
        )

    def math(self) -> str:
        return f"{self.word()} {self.rng.choice(MATH)} {self.word()}"

    def html(self) -> str:
        return self.rng.choice(
            [
                f"<div>\n{self.word()}\n</div>",
                f"use <b>{self.word()}</b> and Map<{self.word()}, int><br>{self.word()}",
                f"<details>\n<summary>{self.word()}</summary>\n\n{self.paragraph()}\n\n</details>",
                f'<tg-spoiler>{self.word()}</tg-spoiler> ||{self.word()}|| <a href="tg://user?id=1">{self.word()}</a>',
                f"<!-- {self.word()} -->",
                f"a < {self.word()} && b > c &lt;script&gt;",
            ]
        )

    def unclosed(self) -> str:
        return " ".join(f"{self.rng.choice(UNCLOSED)} {self.word()}" for _ in range(self.rng.randint(1, 5)))

    def long_line(self) -> str:
        unit = self.rng.choice(
            ["x", "あ", "👨‍👩‍👧‍👦", "e\u0301", "a\u0300\u0301\u0302", "ab ", "שלום", "**b** ", "`c`"]
        )
        return self.word() + " " + unit * self.rng.choice([10, 300, 2500, 6000])

    def right_to_left(self) -> str:
        wrap = self.rng.choice(
            ["{}", "\u2067{}\u2069", "\u202b{}\u202c", "\u2067{}", "\u202e{}", "{}\u202c", "\u200f{}"]
        )
        return "\n".join(
            wrap.format(f"{self.rng.choice(RTL)} {self.word()}") for _ in range(self.rng.randint(1, 4))
        )

    def hostile(self) -> str:
        return " ".join(f"{self.rng.choice(BAD)} {self.word()}" for _ in range(self.rng.randint(1, 6)))

    def many_spans(self) -> str:
        return " ".join(self.marked() for _ in range(self.rng.choice([5, 60, 200])))

    def rule(self) -> str:
        return self.rng.choice(
            ["---", "***", "\u200b", "\u3164", "   ", "[^1]: note", "[x]: https://example.com"]
        )

    def last(self) -> str:
        opening = self.rng.choice(
            ["```python\n", "~~~\n", "<!-- ", "<script>\n", "<pre>\n", "$$\n", "> ```\n", "- ```\n"]
        )
        return opening + "\n".join(self.phrase() for _ in range(self.rng.randint(0, 60)))
