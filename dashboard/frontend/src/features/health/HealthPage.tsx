/** How every part of the company is, and what it told of itself. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Schemas, unwrap } from "../../api/client";
import { HealthMark, Moment } from "../../ui/Bits";
import { Card, Page } from "../../ui/Page";
import { Failure, Loading } from "../../ui/States";
import { readable } from "../../ui/text";
import { Alerts } from "./Alerts";
import styles from "./Health.module.css";
import { History } from "./History";

const healthOptions = queryOptions({
  queryKey: ["health"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/health/detailed", { signal })),
  refetchInterval: 5_000,
});

export function HealthPage() {
  const { t } = useTranslation();
  const found = useQuery(healthOptions);
  return (
    <Page
      title={t("health.title")}
      hint={found.data ? t("health.version", { version: found.data.version ?? "?" }) : null}
      aside={found.data ? <HealthMark status={found.data.status} /> : null}
    >
      <div className={styles.columns}>
        {found.data ? <Parts report={found.data} /> : null}
        {found.isPending ? <Loading /> : null}
        {found.isError && !found.data ? (
          <Failure error={found.error} onRetry={() => void found.refetch()} />
        ) : null}
        <History />
        <Alerts />
      </div>
    </Page>
  );
}

const RANK = ["critical", "degraded", "unknown", "healthy"];

function Parts({ report }: { report: Schemas["HealthReport"] }) {
  const { t } = useTranslation();
  const parts = Object.entries(report.components).sort(
    ([, one], [, other]) => RANK.indexOf(one.status) - RANK.indexOf(other.status),
  );
  const modes = report.components.database?.modes ?? [];
  return (
    <>
      <Card title={t("health.overall", { status: t(`health.${report.status}`) })}>
        <ul className={styles.rows}>
          {parts.map(([name, part]) => (
            <li key={name}>
              <HealthMark status={part.status} />
              <strong>{name}</strong>
              <span>{readable(part.reason)}</span>
            </li>
          ))}
        </ul>
      </Card>
      {modes.length > 0 ? (
        <Card title={t("health.history")}>
          <ul className={styles.rows}>
            {modes.map((mode) => (
              <li key={mode.at}>
                <Moment at={mode.at} />
                <strong>{mode.mode}</strong>
                <span>{readable(mode.reason)}</span>
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </>
  );
}
