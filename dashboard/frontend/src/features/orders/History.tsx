/** What happened to an order, by its stored events. */
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { stepOf } from "../../live/course";
import { type TimedStep, Timeline } from "../../ui/order/Timeline";
import { Card } from "../../ui/Page";

export function History({ events }: { events: OrderDetail["events"] }) {
  const { t } = useTranslation();
  const steps = events.map((event): TimedStep => {
    const step = stepOf(event.type.replace(/^order\./, ""), event.payload, 0);
    return { ...step, at: event.created_at };
  });
  return (
    <Card title={t("orders.timeline")}>
      <Timeline steps={steps} />
    </Card>
  );
}
