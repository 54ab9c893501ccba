/** A block of code with its language, a copy button, and colours once the highlighter is there. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../Bits";
import type { Piece } from "./highlight";
import styles from "./Markdown.module.css";

const MOST_CHARS = 50_000; // colours of more would be felt

export function CodeBlock({ text, language }: { text: string; language: string | undefined }) {
  const { t } = useTranslation();
  const [pieces, setPieces] = useState<Piece[] | null>(null);
  useEffect(() => {
    setPieces(null);
    if (!language || text.length > MOST_CHARS) return;
    let isWanted = true;
    void import("./highlight").then(
      ({ highlight }) => isWanted && setPieces(highlight(text, language)),
      () => undefined, // without colours, then
    );
    return () => {
      isWanted = false;
    };
  }, [text, language]);
  return (
    <figure className={styles.block}>
      <figcaption className={styles.caption}>
        <span>{language ?? ""}</span>
        <CopyButton text={text} label={t("order.copy")} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide code is scrolled by keyboard */}
      <pre tabIndex={0} dir="ltr">
        <code>{pieces ? pieces.map(drawn) : text}</code>
      </pre>
    </figure>
  );
}

function drawn(piece: Piece, n: number): React.ReactNode {
  return typeof piece === "string" ? (
    piece
  ) : (
    <span key={n} className={piece.className}>
      {piece.pieces.map(drawn)}
    </span>
  );
}
