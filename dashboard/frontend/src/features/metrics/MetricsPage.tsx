/** A period in numbers and pictures. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { usePace } from "../../live/LiveProvider";
import { Page } from "../../ui/Page";
import { Empty, Failure, Loading, Partial } from "../../ui/States";
import { Budgets } from "./Budgets";
import { Charts } from "./Charts";
import { Course } from "./Course";
import { CsvButton } from "./CsvButton";
import { asCsv } from "./csv";
import { Figures } from "./Figures";
import styles from "./Metrics.module.css";
import { metricsOptions, PACE_MS, type Span } from "./queries";
import { SumsTable } from "./SumsTable";

const SPANS: readonly Span[] = ["today", "week", "month", "all"];

export function MetricsPage() {
  const { t } = useTranslation();
  const [period, setPeriod] = useState<Span>("week");
  const found = useQuery({ ...metricsOptions(period), refetchInterval: usePace(PACE_MS) });
  return (
    <Page
      title={t("metrics.title")}
      hint={found.data ? t("metrics.zone", { zone: found.data.timezone }) : null}
      aside={
        <div className={styles.tools}>
          <SegmentedControl
            size="xs"
            aria-label={t("metrics.period")}
            value={period}
            onChange={(value) => setPeriod(value as Span)}
            data={SPANS.map((value) => ({ value, label: t(`metrics.periods.${value}`) }))}
          />
          {found.data ? <Csv metrics={found.data} /> : null}
        </div>
      }
    >
      {found.data ? <Report metrics={found.data} /> : null}
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
    </Page>
  );
}

/** What the pictures of all days show, in numbers. */
function DaysTable({ days }: { days: Schemas["Metrics"]["by_day"] }) {
  const { t } = useTranslation();
  return (
    <details className={styles.days}>
      <summary>{t("metrics.asTable")}</summary>
      <SumsTable title={t("metrics.byDay")} rows={days.map((sums) => ({ name: sums.day, sums }))} />
    </details>
  );
}

function Csv({ metrics }: { metrics: Schemas["Metrics"] }) {
  const { t } = useTranslation();
  const name = `nexus-${metrics.period}-${metrics.last_day}`;
  return <CsvButton label={t("metrics.csv")} name={name} content={() => asCsv(metrics)} />;
}

function Report({ metrics }: { metrics: Schemas["Metrics"] }) {
  const { t } = useTranslation();
  if (metrics.totals.calls === 0 && metrics.orders.total === 0) {
    return (
      <>
        <Partial when={metrics.partial} />
        <Empty title={t("metrics.empty")}>{t("metrics.emptyText")}</Empty>
        <Budgets />
      </>
    );
  }
  return (
    <>
      <Partial when={metrics.partial} />
      <Figures metrics={metrics} />
      <Charts metrics={metrics} />
      {metrics.period === "all" ? <DaysTable days={metrics.by_day} /> : <Course period={metrics.period} />}
      <SumsTable
        title={t("metrics.byRole")}
        rows={metrics.by_role.map((sums) => ({ name: t(`role.${sums.role}`), sums }))}
      />
      <SumsTable
        title={t("metrics.byModel")}
        rows={metrics.by_model.map((sums) => ({ name: `${sums.provider}/${sums.model}`, sums }))}
      />
    </>
  );
}
