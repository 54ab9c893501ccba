/** What was spent of what may be, orders by status, and of all time cost and tokens by day. */
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { type Schemas, STATUSES } from "../../api/client";
import { StatusMark } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Budgets } from "./Budgets";
import styles from "./Metrics.module.css";

const HEIGHT = 220;

export function Charts({ metrics }: { metrics: Schemas["Metrics"] }) {
  return (
    <div className={styles.charts}>
      <Budgets />
      <Statuses orders={metrics.orders} />
      {metrics.period === "all" ? <Days days={metrics.by_day} /> : null}
    </div>
  );
}

function Statuses({ orders }: { orders: Schemas["OrderSums"] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("metrics.byStatus")}>
      <ul className={styles.statuses}>
        {STATUSES.filter((status) => orders.by_status[status]).map((status) => (
          <li key={status}>
            <StatusMark status={status} />
            <meter
              min={0}
              max={orders.total}
              value={orders.by_status[status]}
              aria-label={t(`status.${status}`)}
            />
            <span>{orders.by_status[status]}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** `DaysTable` says the same in numbers. */
function Days({ days }: { days: Schemas["Metrics"]["by_day"] }) {
  const { t, i18n } = useTranslation();
  const short = new Intl.NumberFormat(i18n.language, { notation: "compact" });
  const data = days.map((day) => ({
    day: day.day.slice(2),
    cost: day.cost_usd ?? 0,
    input: day.input_tokens + day.cache_read_tokens + day.cache_write_tokens,
    output: day.output_tokens,
  }));
  const common = {
    h: HEIGHT,
    data,
    dataKey: "day",
    tickLine: "none" as const,
    maxBarWidth: 60,
    barChartProps: { accessibilityLayer: false },
  };
  return (
    <>
      <Card title={t("metrics.costByDay")}>
        <div role="img" aria-label={t("metrics.picture", { title: t("metrics.costByDay") })}>
          <BarChart
            {...common}
            series={[{ name: "cost", label: t("metrics.cost"), color: "indigo.6" }]}
            valueFormatter={dollars}
          />
        </div>
      </Card>
      <Card title={t("metrics.tokensByDay")}>
        <div role="img" aria-label={t("metrics.picture", { title: t("metrics.tokensByDay") })}>
          <BarChart
            {...common}
            type="stacked"
            withLegend
            series={[
              { name: "input", label: t("metrics.input"), color: "indigo.6" },
              { name: "output", label: t("metrics.output"), color: "teal.6" },
            ]}
            valueFormatter={(value) => short.format(value)}
          />
        </div>
      </Card>
    </>
  );
}
