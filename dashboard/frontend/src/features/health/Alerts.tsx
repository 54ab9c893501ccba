/** What the company told its owner without being asked. */
import { Button } from "@mantine/core";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "../../api/client";
import { Mark, Moment, type Tone } from "../../ui/Bits";
import { Card } from "../../ui/Page";
import { Failure, Loading, Partial } from "../../ui/States";
import { readable } from "../../ui/text";
import styles from "./Health.module.css";

const TONES: Record<string, Tone> = { info: "info", warning: "warn", critical: "bad" };

const alertsOptions = infiniteQueryOptions({
  queryKey: ["alerts"] as const,
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
    return unwrap(api.GET("/api/alerts", { params: { query }, signal }));
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: 15_000,
});

export function Alerts() {
  const { t } = useTranslation();
  const found = useInfiniteQuery(alertsOptions);
  const alerts = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card title={t("health.alerts")}>
      <Partial when={found.data?.pages[0]?.partial} />
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.data && alerts.length === 0 ? <p className={styles.quiet}>{t("health.noAlerts")}</p> : null}
      <ul className={styles.rows}>
        {alerts.map((alert) => (
          <li key={alert.id}>
            <Mark tone={TONES[alert.severity] ?? "still"}>{t(`health.severity.${alert.severity}`)}</Mark>
            <Moment at={alert.at} />
            <span>{readable(alert.text)}</span>
          </li>
        ))}
      </ul>
      {found.hasNextPage ? (
        <Button size="xs" variant="subtle" onClick={() => void found.fetchNextPage()}>
          {t("state.more")}
        </Button>
      ) : null}
    </Card>
  );
}
