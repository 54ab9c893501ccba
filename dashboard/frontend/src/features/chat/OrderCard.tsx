/** An order that is not done yet: where it stands, for how long, for how much; and Stop. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { useOrderAction } from "../../api/orders";
import { useMayChange } from "../../api/session";
import { Money, useNow } from "../../ui/Bits";
import { acceptedAt, duration } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { HoldQuestion } from "../../ui/order/HoldQuestion";
import { Progress } from "../../ui/order/Progress";
import { Complaint } from "../../ui/States";
import { oneLine } from "../../ui/text";
import styles from "./Chat.module.css";
import { costSoFar, type Stand } from "./turns";

interface Props {
  orderId: string;
  stand: Stand;
  detail: OrderDetail | undefined;
}

export function OrderCard({ orderId, stand, detail }: Props) {
  const { t } = useTranslation();
  const now = useNow(true);
  const action = useOrderAction(orderId);
  const mayChange = useMayChange();
  const since = acceptedAt(orderId);
  const last = stand.steps.findLast((step) => step.reason || step.failed?.length);
  const isStopping = action.isPending || stand.isStopping;
  return (
    <section className={styles.card} aria-label={t("order.progress")}>
      <Progress status={stand.status} inQa={stand.inQa} />
      <div className={styles.small}>
        {stand.owner ? t(`role.${stand.owner}`) : null}
        {stand.model ? ` (${oneLine(stand.model, 60)})` : null}
        {stand.attempt > 1 ? ` · ${t("order.attempt", { n: stand.attempt })}` : null}
        {last?.reason ? ` · ${oneLine(last.reason)}` : null}
      </div>
      {stand.hold ? <HoldQuestion orderId={orderId} hold={stand.hold} /> : null}
      <div className={styles.row}>
        <span className={styles.small}>
          {t("order.elapsed")}{" "}
          {since === null ? "–" : duration(Math.max(0, Math.floor((now - since) / 1_000) * 1_000))}
          {" · "}
          {t("order.cost")} <Money usd={costSoFar(detail)} />
        </span>
        {stand.hold || !mayChange ? null : (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="stop" size={14} />}
            disabled={isStopping}
            onClick={() => action.mutate({ kind: "cancel" })}
          >
            {isStopping ? t("order.stopping") : t("order.stop")}
          </Button>
        )}
      </div>
      <Complaint error={action.error} />
    </section>
  );
}
