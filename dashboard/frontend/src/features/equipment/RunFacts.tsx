/** A run's state, who asked for it, and everything else that is known of it. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Mark, Moment, type Tone } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { Facts } from "../../ui/order/ReceiptLine";
import { actorName, oneLine } from "../../ui/text";
import styles from "./Equipment.module.css";
import type { Run, Values } from "./queries";

const TONES: Record<Run["status"], Tone> = {
  asked: "info",
  running: "info",
  done: "good",
  failed: "bad",
  timed_out: "bad",
  lost: "warn",
};
const ORDER = /WO-[0-9A-HJKMNP-TV-Z]{26}/;
const SCHEDULE = "schedule";
const MOST_CHARS = 500;

export function RunMark({ run }: { run: Run }) {
  const { t } = useTranslation();
  return <Mark tone={TONES[run.status]}>{t(`equipment.status.${run.status}`)}</Mark>;
}

export function Who({ by }: { by: string }) {
  const { t } = useTranslation();
  const orderId = ORDER.exec(by)?.[0];
  if (by === SCHEDULE) return <>{t("equipment.bySchedule")}</>;
  if (orderId === undefined) return <>{actorName(by)}</>;
  return (
    <Link to="/orders/$orderId" params={{ orderId }}>
      {t("equipment.byOrder")}
    </Link>
  );
}

export function Given({ values }: { values: Values }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return <>–</>;
  return (
    <code className={styles.code}>
      {entries.map(([name, value]) => oneLine(`${name}=${said(value)}`, MOST_CHARS)).join("  ")}
    </code>
  );
}

function said(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What stands before the output. */
export function RunFacts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const rows: [string, React.ReactNode][] = [
    [t("equipment.who"), <Who key="who" by={run.triggered_by} />],
    [t("equipment.started"), <Moment key="started" at={run.started_at ?? run.asked_at} />],
  ];
  if (run.due_at) rows.push([t("equipment.dueAt"), <Moment key="due" at={run.due_at} />]);
  if (run.duration_ms !== null) rows.push([t("equipment.took"), duration(run.duration_ms)]);
  if (Object.keys(run.parameters).length > 0)
    rows.push([t("equipment.parameters"), <Given key="given" values={run.parameters} />]);
  if (run.exit_code !== null && run.exit_code !== 0) rows.push([t("equipment.exitCode"), run.exit_code]);
  const host = run.host ?? run.place;
  if (host) rows.push([t("equipment.place"), oneLine(host, 80)]);
  if (run.attempt > 1) rows.push([t("equipment.attempt"), run.attempt]);
  if (run.tell) rows.push([t("equipment.fact.tell"), oneLine(run.tell, 80)]);
  return <Facts rows={rows} />;
}
