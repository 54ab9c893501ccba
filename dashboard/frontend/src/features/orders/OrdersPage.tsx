/** Every order, newest first, narrowed by filters that stand in the address. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChanges, usePace } from "../../live/LiveProvider";
import type { Change } from "../../live/socket";
import { Page } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading, Partial } from "../../ui/States";
import { isNewest, listOptions, type Orders, rowsOf, withChanges } from "./list";
import { OrderFilters } from "./OrderFilters";
import styles from "./Orders.module.css";
import { OrderTable } from "./OrderTable";
import type { OrderSearch } from "./search";

const PACE_MS = 5_000;

export function OrdersPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/orders" });
  const navigate = useNavigate({ from: "/orders" });
  return (
    <Page title={t("orders.title")} hint={t("orders.newer")}>
      <OrderFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Found key={JSON.stringify(search)} search={search} />
    </Page>
  );
}

function Found({ search }: { search: OrderSearch }) {
  const { t } = useTranslation();
  const pace = usePace(PACE_MS);
  const options = listOptions(search);
  const found = useInfiniteQuery({
    ...options,
    // Who has gone on to older ones reads; the newest alone are kept up to date as a whole.
    refetchInterval: (query) => (isNewest(query.state.data) ? pace : false),
  });
  const news = useNews(search, isNewest(found.data));
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const orders = rowsOf(found.data);
  const isFiltered = Object.keys(search).length > 0;
  if (orders.length === 0) {
    return (
      <Empty title={t("orders.empty")}>{isFiltered ? t("orders.emptyText") : t("orders.emptyAll")}</Empty>
    );
  }
  return (
    <>
      <Partial when={found.data.pages[0]?.partial} />
      {isNewest(found.data) ? null : (
        <div className={styles.ways}>
          {found.hasPreviousPage ? (
            <Button
              variant="default"
              size="xs"
              loading={found.isFetchingPreviousPage}
              onClick={() => void found.fetchPreviousPage()}
            >
              {t("orders.before")}
            </Button>
          ) : null}
          <Button variant={news.isThere ? "filled" : "default"} size="xs" onClick={news.show}>
            {t("orders.showNewest")}
          </Button>
          <span role="status">{news.isThere ? t("orders.news") : null}</span>
        </div>
      )}
      <OrderTable orders={orders} />
      <Complaint error={found.isFetchNextPageError ? found.error : null} />
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

/** For who reads older orders: changes of what is shown are put in, and of others it is said that there are some. */
function useNews(search: OrderSearch, isLive: boolean) {
  const client = useQueryClient();
  const [isThere, setThere] = useState(false);
  const { queryKey } = listOptions(search);
  const name = JSON.stringify(queryKey);
  const look = useCallback(
    (changes: readonly Change[]) => {
      if (isLive) return;
      setThere(true);
      client.setQueryData<Orders>(JSON.parse(name), (orders) => orders && withChanges(orders, changes));
    },
    [client, name, isLive],
  );
  useChanges(look);
  const show = () => {
    setThere(false);
    window.scrollTo({ top: 0 });
    void client.resetQueries({ queryKey });
  };
  return { isThere: isThere && !isLive, show };
}
