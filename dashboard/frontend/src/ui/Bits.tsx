/** Small things that many views show. */
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Status } from "../api/client";
import styles from "./Bits.module.css";
import { count, dollars, moment } from "./format";
import { Icon } from "./Icon";

export type Tone = "good" | "bad" | "warn" | "info" | "still";

const TONES: Record<Status, Tone> = {
  queued: "info",
  triaged: "info",
  working: "info",
  held: "warn",
  delivered: "good",
  asked: "warn",
  declined: "still",
  failed: "bad",
  cancelled: "still",
  dead: "bad",
};

export function Mark({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return (
    <span className={styles.mark} data-tone={tone}>
      {children}
    </span>
  );
}

export function StatusMark({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Mark tone={TONES[status]}>{t(`status.${status}`)}</Mark>;
}

const HEALTH_TONES: Record<string, Tone> = { healthy: "good", degraded: "warn", critical: "bad" };

export function HealthMark({ status }: { status: "healthy" | "degraded" | "critical" | "unknown" }) {
  const { t } = useTranslation();
  return <Mark tone={HEALTH_TONES[status] ?? "still"}>{t(`health.${status}`)}</Mark>;
}

/** An unknown price is no price of nothing. */
export function Money({ usd, local = false }: { usd: number | null | undefined; local?: boolean }) {
  const { t } = useTranslation();
  if (usd === null || usd === undefined) return <>{t("order.notPriced")}</>;
  return <>{usd === 0 && local ? t("order.free") : dollars(usd)}</>;
}

export function Moment({ at }: { at: string | null | undefined }) {
  const { i18n } = useTranslation();
  if (!at) return <>–</>;
  return (
    <time dateTime={at} title={new Date(at).toISOString()}>
      {moment(at, i18n.language)}
    </time>
  );
}

export function Count({ of }: { of: number }) {
  const { i18n } = useTranslation();
  return <>{count(of, i18n.language)}</>;
}

/** The time now, once a second while it matters. */
export function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, [isRunning]);
  return now;
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const copy = async () => {
    setDone(await toClipboard(text));
    window.setTimeout(() => setDone(false), 1_500);
  };
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      color="gray"
      className={styles.quiet ?? ""}
      leftSection={<Icon name={done ? "check" : "copy"} size={14} />}
      onClick={() => void copy()}
      aria-label={label}
    >
      <span aria-live="polite">{done ? t("order.copied") : t("order.copy")}</span>
    </Button>
  );
}

/** Without https there is no clipboard API: then by a selection, as before there was one. */
async function toClipboard(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
