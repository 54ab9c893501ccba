import { MantineProvider } from "@mantine/core";
import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { Markdown } from "./Markdown";
import { safeAddress } from "./schema";

afterEach(cleanup);

function html(text: string): HTMLElement {
  const page = (
    <MantineProvider>
      <Markdown text={text} />
    </MantineProvider>
  );
  const words = render(page).container.querySelector("[dir=auto]");
  if (!(words instanceof HTMLElement)) throw new Error("nothing was rendered");
  return words;
}

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)><animate onbegin=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<math><mtext></p><img src=x onerror=alert(1)></mtext></math>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
  "<a href='javascript:alert(1)'>x</a>",
  "<form action=/api/budget/freeze method=post><button>go</button></form>",
  "<style>@import 'https://evil.example/x.css'</style><p style='background:url(https://evil.example)'>x</p>",
  "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](vbscript:msgbox(1))",
  "[x](//evil.example/x)",
  "[x](/api/session)",
  "[x][y]\n\n[y]: javascript:alert(1)",
  "<javascript:alert(1)>",
  "![x](https://evil.example/pixel.png)",
  "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
  "![x](javascript:alert(1))",
  "![x][y]\n\n[y]: https://evil.example/pixel.png",
  "[![x](https://evil.example/p.png)](https://evil.example)",
  '[x](https://a.example "onmouseover=alert(1)")',
  "```html\n<script>alert(1)</script>\n```",
  '```"><script>alert(1)</script>\nx\n```',
  "`<img src=x onerror=alert(1)>`",
  "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
  "[^1]\n\n[^1]: <script>alert(1)</script>",
  "- [ ] <input autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>x</details>",
  "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
  "<p id=root name=cookie>clobber</p>",
  "\u001b[31mred\u001b]8;;https://evil.example\u0007link",
  "abc\u202egnp.exe\u2066x",
];

const FORBIDDEN =
  "script,style,img,svg,math,iframe,object,embed,form,input,base,meta,link,video,audio,source,details,noscript,[id],[name],[style],[srcdoc],[src]";

describe("a model's markdown", () => {
  test.each(HOSTILE)("runs nothing and loads nothing: %j", (text) => {
    const page = html(text);
    const own = ".mantine-Button-root *, .mantine-Button-root, svg, figure svg *"; // the copy button's
    const found = [...page.querySelectorAll(FORBIDDEN)].filter((element) => !element.matches(own));
    expect(found.map((element) => element.outerHTML)).toEqual([]);
    for (const element of page.querySelectorAll("*")) {
      const handlers = [...element.attributes].filter((attribute) => attribute.name.startsWith("on"));
      expect(handlers).toEqual([]);
    }
    for (const link of page.querySelectorAll("a")) {
      expect(link.getAttribute("href")).toMatch(/^(https?:\/\/|mailto:)/);
      expect(link.rel).toContain("noopener");
      expect(link.rel).toContain("noreferrer");
      expect(link.target).toBe("_blank");
    }
    for (const hidden of ["\u001b", "\u202e", "\u2066"]) expect(page.textContent).not.toContain(hidden);
  });

  test("shows HTML as what was written", () => {
    expect(html("a <script>alert(1)</script> b").textContent).toBe("a <script>alert(1)</script> b");
  });

  test("shows where a link and a picture lead", () => {
    const page = html("[the bank](https://evil.example/x) ![cat](https://pics.example/cat.png)");
    expect(page.textContent).toContain("the bank (evil.example)");
    expect(page.textContent).toContain("[cat] (pics.example)");
  });

  test.each(["> ", "- ", "[", "![", "*a **b ", "<b>", "1. ", "*"])(
    "is shown, as it is, when it has 3,000 %j",
    (piece) => {
      const began = performance.now();
      expect(html(`${piece.repeat(3_000)}the words`).textContent).toContain("the words");
      expect(performance.now() - began).toBeLessThan(8_000); // a second on a quiet machine
    },
    20_000,
  );

  test("is shown as it is when it is very long", () => {
    const page = html("**word** ".repeat(20_000));
    expect(page.querySelector("strong")).toBeNull();
    expect(page.textContent).toContain("**word**");
  });

  test("keeps text, lists, tables and code", () => {
    const page = html("# T\n\n- a\n- b\n\n| x |\n|---|\n| 1 |\n\n`c` **d**");
    expect(page.querySelectorAll("h1, li, td, strong, code")).toHaveLength(6);
  });
});

test("addresses with a name and password in them, or of our own origin, are no links", () => {
  expect(safeAddress("https://good.example@evil.example/")).toBeNull();
  expect(safeAddress("/api/session")).toBeNull();
  expect(safeAddress("https://xn--e1awd7f.example/")?.host).toBe("xn--e1awd7f.example");
});
