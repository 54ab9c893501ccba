/** A period in numbers and pictures. */
import { SegmentedControl } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schemas, unwrap } from "../../api/client";
import { Page } from "../../ui/Page";
import { Empty, Failure, Loading, Partial } from "../../ui/States";
import { Charts } from "./Charts";
import { CsvButton } from "./CsvButton";
import { Figures } from "./Figures";
import styles from "./Metrics.module.css";
import { SumsTable } from "./SumsTable";

type Span = Schemas["Span"];
const SPANS: readonly Span[] = ["today", "week", "month", "all"];

function metricsOptions(period: Span) {
  return queryOptions({
    queryKey: ["metrics", period] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/metrics", { params: { query: { period } }, signal })),
    refetchInterval: 30_000,
  });
}

export function MetricsPage() {
  const { t } = useTranslation();
  const [period, setPeriod] = useState<Span>("week");
  const found = useQuery(metricsOptions(period));
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
          {found.data ? <CsvButton metrics={found.data} /> : null}
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

function Report({ metrics }: { metrics: Schemas["Metrics"] }) {
  const { t } = useTranslation();
  if (metrics.totals.calls === 0 && metrics.orders.total === 0) {
    return <Empty title={t("metrics.empty")}>{t("metrics.emptyText")}</Empty>;
  }
  return (
    <>
      <Partial when={metrics.partial} />
      <Figures metrics={metrics} />
      <Charts metrics={metrics} />
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
