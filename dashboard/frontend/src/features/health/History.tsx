/** How each part of the company was over time: a strip for the eye, and the changes in words. */
import { Button, SegmentedControl } from "@mantine/core";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "../../api/client";
import { HealthMark, Moment } from "../../ui/Bits";
import { percent } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Complaint, Failure, Loading } from "../../ui/States";
import { readable } from "../../ui/text";
import styles from "./Health.module.css";
import { type HealthChange, healthyShare, type Stretch, stretchesOf } from "./history";

const PAGE = 200;
const MOST_PAGES = 10; // for the strips; the list shows what was read
const HOUR_MS = 3_600_000;
const SPANS = { day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS };
type Span = keyof typeof SPANS;

const historyOptions = infiniteQueryOptions({
  queryKey: ["health", "history"] as const,
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
    return unwrap(api.GET("/api/health/history", { params: { query }, signal }));
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: 15_000,
});

export function History() {
  const { t } = useTranslation();
  const [span, setSpan] = useState<Span>("day");
  const found = useInfiniteQuery(historyOptions);
  const now = found.dataUpdatedAt;
  const changes = found.data?.pages.flatMap((page) => page.items) ?? [];
  const since = found.data?.pages[0]?.since ?? null;
  const from = Math.max(now - SPANS[span], since === null ? 0 : Date.parse(since));
  const oldest = changes.at(-1);
  const reaches = !oldest || Date.parse(oldest.at) <= from;
  const { hasNextPage, isFetching, isError, fetchNextPage } = found;
  const wantsMore = hasNextPage && !isFetching && !isError && !reaches;
  const pages = found.data?.pages.length ?? 0;
  useEffect(() => {
    if (wantsMore && pages < MOST_PAGES) void fetchNextPage();
  }, [wantsMore, pages, fetchNextPage]);
  return (
    <Card
      title={t("health.changes")}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t("metrics.period")}
          value={span}
          onChange={(value) => setSpan(value as Span)}
          data={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: t(`health.spans.${value}`) }))}
        />
      }
    >
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.data && changes.length === 0 ? <p className={styles.quiet}>{t("health.noChanges")}</p> : null}
      {changes.length > 0 ? <Strips changes={changes} from={from} now={now} /> : null}
      {since ? (
        <p className={styles.quiet}>
          {t("health.since")} <Moment at={since} />
        </p>
      ) : null}
      {changes.length > 0 ? (
        <details className={styles.list}>
          <summary>{t("health.inWords")}</summary>
          <Changes changes={changes} />
          <Complaint error={found.isFetchNextPageError ? found.error : null} />
          {hasNextPage ? (
            <Button size="xs" variant="subtle" loading={isFetching} onClick={() => void fetchNextPage()}>
              {t("state.more")}
            </Button>
          ) : null}
        </details>
      ) : null}
    </Card>
  );
}

interface StripsProps {
  changes: readonly HealthChange[];
  from: number;
  now: number;
}

function Strips({ changes, from, now }: StripsProps) {
  const { t, i18n } = useTranslation();
  const parts = stretchesOf(changes, from, now);
  return (
    <ul className={styles.strips}>
      {[...parts].map(([name, stretches]) => {
        const share = percent(healthyShare(stretches, now), i18n.language);
        return (
          <li key={name}>
            <strong>{name}</strong>
            <Strip stretches={stretches} from={from} now={now} />
            <span>{t("health.share", { share })}</span>
          </li>
        );
      })}
    </ul>
  );
}

const WIDTH = 1_000;
const THINNEST = 4; // so that a second of trouble is seen in a month

/** Decoration: the share beside it and the list below it say the same. */
function Strip({ stretches, from, now }: { stretches: readonly Stretch[]; from: number; now: number }) {
  const { t } = useTranslation();
  const x = (at: number) => ((at - from) / (now - from)) * WIDTH;
  const inTrouble = (one: Stretch) => Number(one.status !== "healthy");
  const drawn = [...stretches].sort((one, other) => inTrouble(one) - inTrouble(other));
  return (
    <svg className={styles.strip} viewBox={`0 0 ${WIDTH} 20`} preserveAspectRatio="none" aria-hidden="true">
      {drawn.map((one) => (
        <rect
          key={one.from}
          data-status={one.status}
          x={x(one.from)}
          width={Math.max(THINNEST, x(one.to ?? now) - x(one.from))}
          height={20}
        >
          <title>{`${t(`health.${one.status}`)}: ${readable(one.reason)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

function Changes({ changes }: { changes: readonly HealthChange[] }) {
  const isOneHost = new Set(changes.map((change) => change.host)).size < 2;
  return (
    <ul className={`${styles.rows} ${styles.changes}`}>
      {changes.map((change) => (
        <li key={change.id}>
          <HealthMark status={change.status} />
          <Moment at={change.at} />
          <strong>{change.component}</strong>
          <span>
            {readable(change.reason)}
            {isOneHost ? null : <span className={styles.host}> ({readable(change.host)})</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
