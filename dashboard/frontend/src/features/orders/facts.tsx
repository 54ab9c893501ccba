/** An order's own fields, named. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Order } from "../../api/client";
import { Moment } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { readable } from "../../ui/text";

export function useFacts(order: Order): [string, ReactNode][] {
  const { t } = useTranslation();
  const rows: [string, ReactNode][] = [
    [t("orders.owner"), t(`role.${order.owner}`)],
    [t("orders.difficulty"), order.difficulty ? t(`difficulty.${order.difficulty}`) : "–"],
    [t("orders.reason"), order.tier_reason ? readable(order.tier_reason) : "–"],
    [t("receipt.rule"), order.tier_rule ?? "–"],
    [t("orders.channel"), t(`channel.${order.channel}`)],
    [t("orders.created"), <Moment key="created" at={order.created_at} />],
  ];
  if (order.finished_at) rows.push([t("orders.finished"), <Moment key="finished" at={order.finished_at} />]);
  else rows.push([t("orders.deadline"), <Moment key="deadline" at={order.deadline_at} />]);
  if (order.budget_usd !== null) rows.push([t("nav.budget"), dollars(order.budget_usd)]);
  if (order.retry_of) {
    const again = (
      <Link key="again" to="/orders/$orderId" params={{ orderId: order.retry_of }}>
        {order.retry_of}
      </Link>
    );
    rows.push([t("orders.retryOf"), again]);
  }
  return rows;
}
