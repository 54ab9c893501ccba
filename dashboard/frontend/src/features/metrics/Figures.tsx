/** The numbers that people ask for first. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Count } from "../../ui/Bits";
import { dollars, duration, percent } from "../../ui/format";
import { Cards, Figure } from "../../ui/Page";

export function Figures({ metrics }: { metrics: Schemas["Metrics"] }) {
  const { t, i18n } = useTranslation();
  const rate = (share: number | null) => (share === null ? t("metrics.none") : percent(share, i18n.language));
  const time = (ms: number | null) => (ms === null ? t("metrics.none") : duration(ms));
  const { totals, savings, orders, qa, order_latency } = metrics;
  return (
    <Cards>
      <Figure
        name={t("metrics.cost")}
        value={dollars(totals.cost_usd ?? 0)}
        note={totals.unpriced_calls > 0 ? t("metrics.unpriced", { n: totals.unpriced_calls }) : null}
      />
      <Figure
        name={t("metrics.saved")}
        value={savings.orders > 0 ? dollars(savings.saved_usd ?? 0) : t("metrics.none")}
        note={savings.orders > 0 ? t("metrics.savedText", { n: savings.orders }) : null}
      />
      <Figure name={t("metrics.orders")} value={<Count of={orders.total} />} />
      <Figure name={t("metrics.calls")} value={<Count of={totals.calls} />} />
      <Figure name={t("metrics.passRate")} value={rate(qa.pass_rate)} />
      <Figure name={t("metrics.escalation")} value={rate(orders.escalation_rate)} />
      <Figure name={t("metrics.p50")} value={time(order_latency.p50_ms)} />
      <Figure name={t("metrics.p95")} value={time(order_latency.p95_ms)} />
    </Cards>
  );
}
