/** Who did what, and when. */
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schemas, unwrap } from "../../api/client";
import { Moment } from "../../ui/Bits";
import { Page } from "../../ui/Page";
import { Empty, Failure, Loading, Partial } from "../../ui/States";
import { readable } from "../../ui/text";
import styles from "./Audit.module.css";

interface Wanted {
  actor: string;
  action: string;
}

function auditOptions(wanted: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["audit", wanted] as const,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(wanted.actor ? { actor: wanted.actor } : {}),
        ...(wanted.action ? { action: wanted.action } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return unwrap(api.GET("/api/audit", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: (query) => (query.state.data && query.state.data.pages.length > 1 ? false : 15_000),
  });
}

export function AuditPage() {
  const { t } = useTranslation();
  const [actor, setActor] = useState("");
  const [action, setAction] = useState("");
  const [wanted] = useDebouncedValue({ actor: actor.trim(), action: action.trim() }, 350);
  return (
    <Page title={t("audit.title")}>
      <search className={styles.filters} aria-label={t("orders.filters")}>
        <TextInput
          size="xs"
          label={t("audit.actor")}
          placeholder="owner"
          maxLength={128}
          value={actor}
          onChange={(event) => setActor(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label={t("audit.action")}
          placeholder="order.cancelled"
          maxLength={128}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
      </search>
      <Found wanted={wanted} />
    </Page>
  );
}

function Found({ wanted }: { wanted: Wanted }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(auditOptions(wanted));
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) return <Empty title={t("audit.empty")}>{t("audit.emptyText")}</Empty>;
  return (
    <>
      <Partial when={found.data.pages[0]?.partial} />
      <ul className={styles.rows}>
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ul>
      {found.hasNextPage ? (
        <Button
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("state.more")}
        </Button>
      ) : null}
    </>
  );
}

function Row({ row }: { row: Schemas["AuditView"] }) {
  const { t } = useTranslation();
  const details = Object.keys(row.details).length > 0 ? JSON.stringify(row.details, null, 2) : null;
  return (
    <li>
      <Moment at={row.at} />
      <span>{readable(row.actor)}</span>
      <span>
        <code>{readable(row.action)}</code> <span className={styles.quiet}>{row.status}</span>
      </span>
      <span>
        {row.order_id ? (
          <Link to="/orders/$orderId" params={{ orderId: row.order_id }}>
            {row.order_id}
          </Link>
        ) : null}
        {details ? (
          <details>
            <summary>{t("audit.details")}</summary>
            <pre>{readable(details)}</pre>
          </details>
        ) : null}
      </span>
    </li>
  );
}
