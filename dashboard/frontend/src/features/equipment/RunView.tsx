/** One run as it goes on, from the wish to its end; then how it ended and what it printed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Moment, useNow } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { Complaint, Loading } from "../../ui/States";
import styles from "./Equipment.module.css";
import { Output } from "./Output";
import { isOpen, type Run, refresh, runOptions } from "./queries";
import { RunMark } from "./RunFacts";

export function RunView({ runId, tool }: { runId: string; tool: string }) {
  const client = useQueryClient();
  const found = useQuery(runOptions(runId));
  const run = found.data;
  const hasEnded = run !== undefined && !isOpen(run);
  useEffect(() => {
    if (hasEnded) refresh(client, tool);
  }, [hasEnded, client, tool]);
  if (!run) return found.isPending ? <Loading /> : <Complaint error={found.error} />;
  return (
    <div className={styles.run}>
      <p className={styles.state} role="status">
        <RunMark run={run} />
        <Explained run={run} />
      </p>
      <Complaint error={found.error} />
      {hasEnded ? <Output run={run} /> : <div className={styles.going} aria-hidden="true" />}
    </div>
  );
}

function Explained({ run }: { run: Run }) {
  const { t } = useTranslation();
  const now = useNow(run.status === "running");
  switch (run.status) {
    case "asked":
      return <span>{t(`equipment.explained.${run.hint === null ? "asked" : "nobody"}`)}</span>;
    case "running": {
      const since = run.started_at === null ? now : Date.parse(run.started_at);
      const seconds = Math.max(0, Math.floor((now - since) / 1_000));
      return (
        <span aria-hidden="true">
          {t("equipment.explained.running", { time: duration(seconds * 1_000) })}
        </span>
      );
    }
    case "done":
      return <Ended run={run} />;
    case "failed":
      return (
        <span>
          {run.exit_code === null ? null : t("equipment.explained.failed", { code: run.exit_code })}{" "}
          <Ended run={run} />
        </span>
      );
    case "timed_out":
    case "lost":
      return (
        <span>
          {t(`equipment.explained.${run.status}`)} <Ended run={run} />
        </span>
      );
  }
}

function Ended({ run }: { run: Run }) {
  return (
    <span className={styles.quiet}>
      <Moment at={run.finished_at} />
      {run.duration_ms === null ? null : ` · ${duration(run.duration_ms)}`}
    </span>
  );
}
