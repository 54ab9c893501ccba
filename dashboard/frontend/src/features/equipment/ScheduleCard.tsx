/** When a tool comes due, and the form that changes it. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMayChange } from "../../api/session";
import { Facts } from "../../ui/order/ReceiptLine";
import { Card } from "../../ui/Page";
import { oneLine } from "../../ui/text";
import styles from "./Equipment.module.css";
import type { Tool } from "./queries";
import { Given } from "./RunFacts";
import { ScheduleForm } from "./ScheduleForm";
import { DueTimes, PauseButton, useScheduleWords } from "./ToolBits";

export function ScheduleCard({ tool, now }: { tool: Tool; now: number }) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const [isChanging, setChanging] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const done = (saved: boolean) => {
    setChanging(false);
    setSaved(saved);
  };
  return (
    <Card title={t("equipment.schedule")} aside={<PauseButton tool={tool} />}>
      {tool.schedule.is_paused ? <p className={styles.warning}>{t("equipment.pausedText")}</p> : null}
      <ScheduleFacts tool={tool} now={now} />
      {mayChange && !isChanging ? (
        <div className={styles.buttons}>
          <Button size="xs" variant="default" onClick={() => setChanging(true)}>
            {t("equipment.change")}
          </Button>
          <span role="status">{isSaved ? t("equipment.saved") : null}</span>
        </div>
      ) : null}
      {isChanging ? <ScheduleForm tool={tool} onDone={done} /> : null}
    </Card>
  );
}

function ScheduleFacts({ tool, now }: { tool: Tool; now: number }) {
  const { t } = useTranslation();
  const words = useScheduleWords()(tool);
  const { cron, own_cron, timezone, next_due_times, parameters, tell } = tool.schedule;
  const rows: [string, React.ReactNode][] = [];
  if (cron === null) {
    rows.push([t("equipment.fact.now"), t("equipment.byHand")]);
  } else {
    rows.push([
      t(own_cron === null ? "equipment.fact.standard" : "equipment.fact.own"),
      <>
        {words} <code className={styles.code}>{oneLine(cron, 80)}</code>{" "}
        <span className={styles.quiet}>({oneLine(timezone, 60)})</span>
      </>,
    ]);
  }
  if (next_due_times.length > 0)
    rows.push([t("equipment.fact.next"), <DueTimes key="next" times={next_due_times} now={now} />]);
  if (parameters && Object.keys(parameters).length > 0)
    rows.push([t("equipment.fact.with"), <Given key="given" values={parameters} />]);
  if (tell) rows.push([t("equipment.fact.tell"), oneLine(tell, 80)]);
  return <Facts rows={rows} />;
}
