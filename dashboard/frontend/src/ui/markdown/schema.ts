/** What of a model's markdown becomes HTML: text with structure. No pictures, no forms, no styles, no ids. */
import type { Options } from "rehype-sanitize";

export const SCHEMA: Options = {
  tagNames: [
    ...["p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li"],
    ...["strong", "em", "del", "code", "pre", "a", "img"], // an img is shown as words, see Markdown.tsx
    ...["table", "thead", "tbody", "tr", "th", "td"],
  ],
  attributes: {
    a: ["href"],
    img: ["src", "alt"],
    code: [["className", /^language-[\w+#.-]{1,30}$/]],
    ol: ["start"],
    th: ["align"],
    td: ["align"],
  },
  protocols: { href: ["http", "https", "mailto"], src: ["http", "https"] },
  strip: ["script", "style"],
  allowComments: false,
  allowDoctypes: false,
  clobber: ["id", "name"],
};

/** The address with its host, if it is one that may be opened from here; else null. */
export function safeAddress(href: string | undefined): { href: string; host: string } | null {
  if (!href) return null;
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return null; // relative addresses would be ours
  }
  if (url.protocol === "mailto:") return { href: url.href, host: url.pathname };
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return url.username || url.password ? null : { href: url.href, host: url.host };
}
