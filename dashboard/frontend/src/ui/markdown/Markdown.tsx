/** A model's words as markdown, sanitised: nothing in them runs, and nothing is loaded from anywhere. */
import { type ComponentProps, createContext, memo, type ReactNode, useContext } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { readable } from "../text";
import { CodeBlock } from "./CodeBlock";
import styles from "./Markdown.module.css";
import { SCHEMA, safeAddress } from "./schema";

const MOST_CHARS = 60_000; // more would hold up the page while it is parsed
const MOST_DEEP = 100; // what turns the tree into elements calls itself for each level
/** A line that opens quotes or lists in one another: the parser takes seconds for 1,000 of them. */
const MANY_OPENED = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))){40}/m;

interface TreeNode {
  type: string;
  children?: TreeNode[];
}

/** Refuses what is nested deeper than anybody writes, before it can end in "Maximum call stack size exceeded". */
function notTooDeep() {
  return (tree: TreeNode) => {
    let level: TreeNode[] = [tree];
    for (let deep = 0; level.length > 0; deep++) {
      if (deep > MOST_DEEP) throw new RangeError("nested too deep to be markdown");
      level = level.flatMap((node) => node.children ?? []);
    }
  };
}

/** HTML in a message is shown as what was written; the sanitiser would drop it without a word. */
function htmlAsText() {
  const walk = (node: TreeNode) => {
    if (node.type === "raw") node.type = "text";
    node.children?.forEach(walk);
  };
  return walk;
}

const components: Components = {
  a: ({ href, children }) => <Outward href={href}>{children}</Outward>,
  img: ({ src, alt }) => <Picture src={src} alt={alt} />,
  pre: ({ children }) => <>{children}</>,
  code: Code,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
    <div className={styles.scroll} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.text} dir="auto">
      {rendered(readable(text))}
    </div>
  );
});

/** As elements; the words as they are where they cannot be, so that no answer takes the page down. */
function rendered(text: string): ReactNode {
  if (text.length > MOST_CHARS || MANY_OPENED.test(text)) return <Plain text={text} />;
  try {
    // Called, not used as an element: what it throws while it parses is caught here.
    return ReactMarkdown({
      remarkPlugins: [remarkGfm, notTooDeep],
      rehypePlugins: [htmlAsText, [rehypeSanitize, SCHEMA]],
      components,
      children: text,
    });
  } catch {
    return <Plain text={text} />;
  }
}

function Plain({ text }: { text: string }) {
  return <p className={styles.plain}>{text}</p>;
}

function Code({ className, children }: ComponentProps<"code">) {
  const text = String(children ?? "");
  const isBlock = className !== undefined || text.includes("\n");
  if (!isBlock) return <code className={styles.code}>{children}</code>;
  return <CodeBlock text={text.replace(/\n$/, "")} language={/language-(\S+)/.exec(className ?? "")?.[1]} />;
}

const InLink = createContext(false);

function Outward({ href, children }: { href: string | undefined; children: ReactNode }) {
  const address = safeAddress(href);
  if (!address) return <span>{children}</span>;
  return (
    <span>
      <a href={address.href} target="_blank" rel="noopener noreferrer nofollow" title={address.href}>
        <InLink value={true}>{children}</InLink>
      </a>
      <span className={styles.host}> ({address.host})</span>
    </span>
  );
}

/** A picture is not loaded: it is a link to where it is. */
function Picture({ src, alt }: { src: unknown; alt: string | undefined }) {
  const words = `[${alt || "image"}]`;
  const isInLink = useContext(InLink);
  if (isInLink || typeof src !== "string") return <span>{words}</span>;
  return <Outward href={src}>{words}</Outward>;
}
