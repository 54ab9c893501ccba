/** How a tool went before: a picture for the eye, and every run with what it printed. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Moment } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import { barsOf, summaryOf } from "./course";
import styles from "./Equipment.module.css";
import { Output } from "./Output";
import { historyOptions, isOpen, type Run, runOptions } from "./queries";
import { RunFacts, RunMark, Who } from "./RunFacts";

export function HistoryCard({ tool }: { tool: string }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(historyOptions(tool));
  const runs = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t("equipment.history")}>
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.data && runs.length === 0 ? (
        <Empty title={t("equipment.noRuns")}>{t("equipment.noRunsText")}</Empty>
      ) : null}
      {runs.length > 1 ? <Picture runs={runs} /> : null}
      <ul className={styles.runs}>
        {runs.map((run) => (
          <HistoryRow key={run.id} run={run} />
        ))}
      </ul>
      <Complaint error={found.isFetchNextPageError ? found.error : null} />
      {found.hasNextPage ? (
        <Button
          size="xs"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("state.more")}
        </Button>
      ) : null}
    </Card>
  );
}

const MOST_BARS = 30;
const BAR = { slot: 12, width: 8, height: 48, mark: 4 };

/** Decoration: the line below it and the list say the same. What did not end well has a mark under it too. */
function Picture({ runs }: { runs: readonly Run[] }) {
  const { t } = useTranslation();
  const bars = barsOf(runs, MOST_BARS);
  const empty = MOST_BARS - bars.length;
  const { ended, done, halfMs, longestMs } = summaryOf(runs.slice(0, MOST_BARS));
  const facts: string[] = [t("equipment.wellEnded", { done, n: ended })];
  if (halfMs !== null) facts.push(t("equipment.half", { time: duration(halfMs) }));
  if (longestMs !== null) facts.push(t("equipment.longestRun", { time: duration(longestMs) }));
  return (
    <figure className={styles.picture}>
      <svg
        viewBox={`0 0 ${MOST_BARS * BAR.slot} ${BAR.height + 3 * BAR.mark}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {bars.map(({ run, height }, place) => (
          <g key={run.id} data-status={run.status}>
            <title>{t(`equipment.status.${run.status}`)}</title>
            <rect
              x={(empty + place) * BAR.slot + (BAR.slot - BAR.width) / 2}
              y={BAR.height * (1 - height)}
              width={BAR.width}
              height={BAR.height * height}
              rx={1}
            />
            {run.status === "done" || isOpen(run) ? null : (
              <rect
                x={(empty + place) * BAR.slot + (BAR.slot - BAR.width) / 2}
                y={BAR.height + BAR.mark}
                width={BAR.width}
                height={BAR.mark}
              />
            )}
          </g>
        ))}
      </svg>
      <figcaption>
        {t("equipment.picture", { n: bars.length })} {facts.join(" · ")}
      </figcaption>
    </figure>
  );
}

function HistoryRow({ run }: { run: Run }) {
  const [isShown, setShown] = useState(false);
  return (
    <li>
      <details onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>
          <RunMark run={run} />
          <Moment at={run.started_at ?? run.asked_at} />
          <span className={styles.number}>{run.duration_ms === null ? "–" : duration(run.duration_ms)}</span>
          <span className={styles.by}>
            <Who by={run.triggered_by} />
          </span>
        </summary>
        {isShown ? <Shown run={run} /> : null}
      </details>
    </li>
  );
}

/** A list has only the beginning of a long output. */
function Shown({ run }: { run: Run }) {
  const isLeftOut = !run.output_is_whole;
  const whole = useQuery({ ...runOptions(run.id), enabled: isLeftOut });
  if (isLeftOut && whole.isPending) return <Loading />;
  return (
    <div className={styles.shown}>
      <RunFacts run={run} />
      <Complaint error={whole.error} />
      {isOpen(run) ? null : <Output run={whole.data ?? run} />}
    </div>
  );
}
