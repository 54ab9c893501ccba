/** The orders that a role works on right now, and how many wait for it. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Agent } from "../../api/agents";
import { useNow } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { oneLine, readable } from "../../ui/text";
import styles from "./Agents.module.css";

const SHOWN = 5;

export function Doing({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const { doing, waiting } = agent;
  const now = useNow(doing.length > 0);
  const more = doing.length - SHOWN;
  return (
    <div className={styles.work}>
      <p className={styles.line}>
        <strong>{doing.length > 0 ? t("agents.busyOn", { n: doing.length }) : t("agents.idle")}</strong>
        {" · "}
        {waiting > 0 ? t("agents.waiting", { n: waiting }) : t("agents.noneWaiting")}
      </p>
      <p className={styles.quiet}>
        {agent.status === "healthy" ? t("agents.workers", { n: agent.workers }) : readable(agent.reason)}
      </p>
      {doing.length > 0 ? (
        <ul className={styles.doing}>
          {doing.slice(0, SHOWN).map((order) => (
            <li key={order.order_id}>
              <Link to="/orders/$orderId" params={{ orderId: order.order_id }} preload={false}>
                {oneLine(order.title, 80) || order.order_id}
              </Link>{" "}
              <span className={styles.quiet}>
                {t("agents.forTime", { time: duration(Math.max(0, now - Date.parse(order.since))) })}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {more > 0 ? <p className={styles.quiet}>{t("agents.moreOrders", { n: more })}</p> : null}
    </div>
  );
}
