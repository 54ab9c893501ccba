/** Orders as rows; on a phone each is a card. */
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Order } from "../../api/client";
import { Moment, StatusMark } from "../../ui/Bits";
import { oneLine } from "../../ui/text";
import styles from "./Orders.module.css";

export function OrderTable({ orders }: { orders: readonly Order[] }) {
  const { t } = useTranslation();
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("orders.message")}</th>
            <th scope="col">{t("orders.status")}</th>
            <th scope="col">{t("orders.owner")}</th>
            <th scope="col">{t("orders.difficulty")}</th>
            <th scope="col">{t("orders.channel")}</th>
            <th scope="col">{t("orders.tries")}</th>
            <th scope="col">{t("orders.created")}</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <Row key={order.id} order={order} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(
  function Row({ order }: { order: Order }) {
    const { t } = useTranslation();
    return (
      <tr>
        <td className={styles.message}>
          <Link to="/orders/$orderId" params={{ orderId: order.id }} preload={false}>
            {oneLine(order.content) || order.id}
          </Link>
        </td>
        <td>
          <StatusMark status={order.status} />
        </td>
        <td>{t(`role.${order.owner}`)}</td>
        <td>{order.difficulty ? t(`difficulty.${order.difficulty}`) : "–"}</td>
        <td>{t(`channel.${order.channel}`)}</td>
        <td>{order.attempts}</td>
        <td>
          <Moment at={order.created_at} />
        </td>
      </tr>
    );
  },
  ({ order: before }, { order: after }) =>
    before.id === after.id && before.updated_at === after.updated_at && before.status === after.status,
);
