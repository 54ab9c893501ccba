/** A model's words as markdown, sanitised: nothing in them runs, and nothing is loaded from anywhere. */
import { type ComponentProps, createContext, memo, type ReactNode, useContext } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { readable } from "../text";
import { CodeBlock } from "./CodeBlock";
import styles from "./Markdown.module.css";
import { SCHEMA, safeAddress } from "./schema";

interface TreeNode {
  type: string;
  children?: TreeNode[];
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
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[htmlAsText, [rehypeSanitize, SCHEMA]]}
        components={components}
      >
        {readable(text)}
      </ReactMarkdown>
    </div>
  );
});

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
