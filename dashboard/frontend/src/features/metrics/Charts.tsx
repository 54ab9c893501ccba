/** Cost and tokens by day, and orders by status. The tables below say the same in words. */
import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { type Schemas, STATUSES } from "../../api/client";
import { StatusMark } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { Card } from "../../ui/Page";
import styles from "./Metrics.module.css";

const HEIGHT = 220;

export function Charts({ metrics }: { metrics: Schemas["Metrics"] }) {
  const { t, i18n } = useTranslation();
  const short = new Intl.NumberFormat(i18n.language, { notation: "compact" });
  const days = metrics.by_day.map((day) => ({
    day: day.day.slice(5),
    cost: day.cost_usd ?? 0,
    input: day.input_tokens + day.cache_read_tokens + day.cache_write_tokens,
    output: day.output_tokens,
  }));
  const common = { h: HEIGHT, data: days, dataKey: "day", tickLine: "none" as const, maxBarWidth: 60 };
  return (
    <div className={styles.charts}>
      <Card title={t("metrics.costByDay")}>
        <BarChart
          {...common}
          series={[{ name: "cost", label: t("metrics.cost"), color: "indigo.6" }]}
          valueFormatter={dollars}
        />
      </Card>
      <Card title={t("metrics.tokensByDay")}>
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
      </Card>
      <Card title={t("metrics.byStatus")}>
        <ul className={styles.statuses}>
          {STATUSES.filter((status) => metrics.orders.by_status[status]).map((status) => (
            <li key={status}>
              <StatusMark status={status} />
              <meter
                min={0}
                max={metrics.orders.total}
                value={metrics.orders.by_status[status]}
                aria-label={t(`status.${status}`)}
              />
              <span>{metrics.orders.by_status[status]}</span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
