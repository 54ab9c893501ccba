/** What became of an order: the answer or why there is none, its receipt, and what one can do next. */
import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { CopyButton, StatusMark } from "../../ui/Bits";
import { Markdown } from "../../ui/markdown/Markdown";
import { AgainButtons } from "../../ui/order/AgainButtons";
import { QaProof } from "../../ui/order/QaProof";
import { ReceiptLine } from "../../ui/order/ReceiptLine";
import { Timeline } from "../../ui/order/Timeline";
import { Failure, Loading } from "../../ui/States";
import { readable } from "../../ui/text";
import styles from "./Chat.module.css";
import type { Stand } from "./turns";

export type Panel = "qa" | "why" | null;

interface Props {
  orderId: string;
  stand: Stand;
  detail: UseQueryResult<OrderDetail>;
  panel: Panel;
  onPanel: (panel: Panel) => void;
}

export function AnswerCard({ orderId, stand, detail, panel, onPanel }: Props) {
  const { t } = useTranslation();
  const toggle = (name: Exclude<Panel, null>) => ({
    size: "compact-sm" as const,
    variant: panel === name ? "light" : "default",
    "aria-expanded": panel === name,
    onClick: () => onPanel(panel === name ? null : name),
  });
  return (
    <section className={styles.answer}>
      {stand.status === "delivered" ? null : <Outcome stand={stand} />}
      {stand.answer ? <Markdown text={stand.answer} /> : null}
      {stand.receipt ? <ReceiptLine receipt={stand.receipt} /> : null}
      <div className={styles.buttons}>
        <AgainButtons orderId={orderId} owner={stand.receipt?.role ?? stand.owner} />
        <Button {...toggle("qa")}>{t("order.showQa")}</Button>
        <Button {...toggle("why")}>{t("order.why")}</Button>
        <Link to="/orders/$orderId" params={{ orderId }} className={styles.small ?? ""}>
          {t("order.open")}
        </Link>
        {stand.answer ? <CopyButton text={readable(stand.answer)} label={t("order.copyAnswer")} /> : null}
      </div>
      {panel ? <PanelView panel={panel} stand={stand} detail={detail} /> : null}
    </section>
  );
}

function Outcome({ stand }: { stand: Stand }) {
  const { t } = useTranslation();
  return (
    <div className={styles.outcome}>
      <StatusMark status={stand.status} />
      {stand.failure ? <span>{readable(stand.failure)}</span> : null}
      {!stand.failure && !stand.answer ? <span>{t("order.noReason")}</span> : null}
    </div>
  );
}

function PanelView({ panel, stand, detail }: { panel: "qa" | "why"; stand: Stand; detail: Props["detail"] }) {
  const { t } = useTranslation();
  if (panel === "qa") {
    const checks = detail.data?.verdicts.at(-1)?.checks ?? stand.receipt?.checks;
    if (checks)
      return (
        <div className={styles.panel}>
          <QaProof checks={checks} />
        </div>
      );
  } else if (detail.data || stand.steps.length > 0) {
    const rule = detail.data?.order.tier_rule ?? stand.receipt?.rule;
    return (
      <div className={styles.panel}>
        <p className={styles.why}>
          {stand.reason ? readable(stand.reason) : t("order.noReason")}
          {rule ? <code> {rule}</code> : null}
        </p>
        <Timeline steps={stand.steps} />
      </div>
    );
  }
  if (detail.isError) return <Failure error={detail.error} onRetry={() => void detail.refetch()} />;
  return detail.isPending ? <Loading /> : <p className={styles.small}>{t("qa.none")}</p>;
}
