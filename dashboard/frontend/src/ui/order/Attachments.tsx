/** What came with a message: pictures to be seen, voice to be heard and read, documents to be read; all to be saved. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { attachmentUrl, documentOptions } from "../../api/attachments";
import type { Schemas } from "../../api/client";
import { bytes } from "../format";
import { Failure, Loading } from "../States";
import { readable } from "../text";
import styles from "./Attachments.module.css";

export interface AttachedFile {
  n: number;
  kind: Schemas["AttachmentKind"];
  name: string | null;
  size?: number;
}

interface Props {
  orderId: string;
  files: readonly AttachedFile[];
  /** The words of the voice messages, once they are known. */
  transcript?: string | null;
}

export function Attachments({ orderId, files, transcript = null }: Props) {
  const { t } = useTranslation();
  return (
    <ul className={styles.files} aria-label={t("orders.attachments")}>
      {files.map((file) => (
        <li key={file.n} data-kind={file.kind}>
          <File orderId={orderId} file={file} />
          <div className={styles.line}>
            <span>{nameOf(file, t(`attachment.${file.kind}`))}</span>
            {file.size === undefined ? null : <span className={styles.quiet}>{bytes(file.size)}</span>}
            <a href={attachmentUrl(orderId, file.n)} download>
              {t("attachment.save")}
            </a>
          </div>
          {file.kind === "audio" && transcript ? (
            <blockquote className={styles.transcript}>
              <span className={styles.quiet}>{t("attachment.transcript")}</span>
              <div dir="auto">{readable(transcript)}</div>
            </blockquote>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function nameOf(file: AttachedFile, kind: string): string {
  return (file.name && readable(file.name)) || `${kind} ${file.n}`;
}

function File({ orderId, file }: { orderId: string; file: AttachedFile }) {
  switch (file.kind) {
    case "image":
      return <Picture orderId={orderId} file={file} />;
    case "audio":
      return <Sound orderId={orderId} file={file} />;
    case "document":
      return <Words orderId={orderId} file={file} />;
  }
}

/** Small until it is asked for large. */
function Picture({ orderId, file }: { orderId: string; file: AttachedFile }) {
  const { t } = useTranslation();
  const [isLarge, setLarge] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const name = nameOf(file, t("attachment.image"));
  if (isBroken) return <p className={styles.quiet}>{t("attachment.notShown")}</p>;
  return (
    <button
      type="button"
      className={styles.picture}
      aria-expanded={isLarge}
      aria-label={t(isLarge ? "attachment.smaller" : "attachment.larger", { name })}
      onClick={() => setLarge(!isLarge)}
    >
      <img
        src={attachmentUrl(orderId, file.n)}
        alt={name}
        loading="lazy"
        decoding="async"
        onError={() => setBroken(true)}
      />
    </button>
  );
}

function Sound({ orderId, file }: { orderId: string; file: AttachedFile }) {
  const { t } = useTranslation();
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p className={styles.quiet}>{t("attachment.notPlayed")}</p>;
  return (
    // biome-ignore lint/a11y/useMediaCaption: what is said stands below as its transcript
    <audio
      controls
      preload="metadata"
      src={attachmentUrl(orderId, file.n)}
      aria-label={nameOf(file, t("attachment.audio"))}
      onError={() => setBroken(true)}
    />
  );
}

function Words({ orderId, file }: { orderId: string; file: AttachedFile }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={styles.words} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("attachment.read", { name: nameOf(file, t("attachment.document")) })}</summary>
      {isOpen ? <Text orderId={orderId} n={file.n} /> : null}
    </details>
  );
}

const MOST_CHARS = 30_000;

function Text({ orderId, n }: { orderId: string; n: number }) {
  const { t } = useTranslation();
  const found = useQuery(documentOptions(orderId, n));
  if (found.isPending) return <Loading />;
  if (found.data === undefined) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keyboard */}
      <pre className={styles.text} tabIndex={0} dir="auto">
        {readable(found.data.slice(0, MOST_CHARS))}
      </pre>
      {found.data.length > MOST_CHARS ? <p className={styles.quiet}>{t("attachment.cut")}</p> : null}
    </>
  );
}
