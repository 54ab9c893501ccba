/** Every order, newest first, narrowed by filters that stand in the address. */
import { Button } from "@mantine/core";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "../../api/client";
import { ordersKey } from "../../api/orders";
import { Page } from "../../ui/Page";
import { Empty, Failure, Loading, Partial } from "../../ui/States";
import { OrderFilters } from "./OrderFilters";
import { OrderTable } from "./OrderTable";
import { asQuery, type OrderSearch } from "./search";

const PAGE = 50;

function listOptions(search: OrderSearch) {
  return infiniteQueryOptions({
    queryKey: [...ordersKey, search] as const,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...asQuery(search), limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(api.GET("/api/work-orders", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Who has gone on to older ones reads; the first page alone is kept up to date.
    refetchInterval: (query) => (query.state.data && query.state.data.pages.length > 1 ? false : 5_000),
  });
}

export function OrdersPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/orders" });
  const navigate = useNavigate({ from: "/orders" });
  return (
    <Page title={t("orders.title")} hint={t("orders.newer")}>
      <OrderFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Found search={search} />
    </Page>
  );
}

function Found({ search }: { search: OrderSearch }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(listOptions(search));
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const orders = found.data.pages.flatMap((page) => page.items);
  const isFiltered = Object.keys(search).length > 0;
  if (orders.length === 0) {
    return (
      <Empty title={t("orders.empty")}>{isFiltered ? t("orders.emptyText") : t("orders.emptyAll")}</Empty>
    );
  }
  return (
    <>
      <Partial when={found.data.pages[0]?.partial} />
      <OrderTable orders={orders} />
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
