/** The question of an order that would cost too much: who may do it, for how much, or nobody. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Hold, Tier } from "../../api/client";
import { useOrderAction } from "../../api/orders";
import { useMayChange } from "../../api/session";
import { dollars } from "../format";
import { Complaint } from "../States";
import { readable } from "../text";
import styles from "./Order.module.css";

export function HoldQuestion({ orderId, hold }: { orderId: string; hold: Hold }) {
  const { t } = useTranslation();
  const action = useOrderAction(orderId);
  const isLocked = !useMayChange() || action.isPending;
  return (
    <section className={styles.hold} aria-label={t("order.holdTitle")}>
      <strong>{t("order.holdTitle")}</strong>
      <p>{readable(hold.question)}</p>
      <div className={styles.buttons}>
        {hold.options.map((option) => (
          <Button
            key={option.role}
            size="xs"
            disabled={isLocked}
            onClick={() => action.mutate({ kind: "approve", tier: option.role as Tier })}
          >
            {t("order.approve", {
              role: t(`role.${option.role}`),
              about: dollars(option.about_usd ?? 0),
              most: dollars(option.at_most_usd ?? 0),
            })}
          </Button>
        ))}
        <Button
          size="xs"
          variant="default"
          disabled={isLocked}
          onClick={() => action.mutate({ kind: "cancel" })}
        >
          {t("order.cancel")}
        </Button>
      </div>
      <Complaint error={action.error} />
    </section>
  );
}
