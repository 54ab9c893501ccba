/** One tool: run it, its schedule, and how it went before. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMayChange } from "../../api/session";
import { duration } from "../../ui/format";
import { Card, Page } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import { oneLine } from "../../ui/text";
import styles from "./Equipment.module.css";
import { HistoryCard } from "./HistoryCard";
import { isOpen, type Tool, toolsOptions, useRunNow } from "./queries";
import { RunForm } from "./RunForm";
import { RunView } from "./RunView";
import { ScheduleCard } from "./ScheduleCard";
import { NotAllowed, ToolMarks, useDescription } from "./ToolBits";

export function ToolPage() {
  const { t } = useTranslation();
  const { tool: name } = useParams({ from: "/equipment/$tool" });
  const description = useDescription();
  const found = useQuery(toolsOptions);
  const tool = found.data?.tools.find((one) => one.name === name);
  return (
    <Page
      title={oneLine(name, 64)}
      hint={tool ? description(tool) : null}
      back={<Link to="/equipment">{t("equipment.all")}</Link>}
      aside={
        tool ? (
          <span className={styles.marks}>
            <ToolMarks tool={tool} />
          </span>
        ) : null
      }
    >
      {tool ? <Detail key={name} tool={tool} now={found.dataUpdatedAt} /> : null}
      {found.data && !tool ? <Empty title={t("equipment.noTool")} /> : null}
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.isError && found.data ? <Complaint error={found.error} /> : null}
    </Page>
  );
}

function Detail({ tool, now }: { tool: Tool; now: number }) {
  return (
    <div className={styles.detail}>
      <RunCard tool={tool} />
      <ScheduleCard tool={tool} now={now} />
      <HistoryCard tool={tool.name} />
    </div>
  );
}

/** As in "1 h 0 min". */
const NOTHING_MORE = / 0 \w+$/;

/** Also shows a run that somebody else has started and that goes on. */
function RunCard({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const asking = useRunNow(tool.name);
  const runId = asking.data?.id ?? (isOpen(tool.last_run) ? tool.last_run?.id : undefined);
  if (!mayChange && runId === undefined) return null;
  return (
    <Card
      title={t("equipment.run")}
      aside={
        <span className={styles.quiet}>
          {t("equipment.timeout", { time: duration(tool.timeout_s * 1_000).replace(NOTHING_MORE, "") })}
        </span>
      }
    >
      <NotAllowed tool={tool} />
      {mayChange && tool.is_allowed ? <RunForm tool={tool} asking={asking} /> : null}
      {runId === undefined ? null : <RunView key={runId} runId={runId} tool={tool.name} />}
    </Card>
  );
}
