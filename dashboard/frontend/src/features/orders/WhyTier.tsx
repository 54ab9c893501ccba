/** How the order's tier was chosen: the layers' reasons, and what the router expected of each tier. */
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { Money } from "../../ui/Bits";
import { Facts } from "../../ui/order/ReceiptLine";
import { Card } from "../../ui/Page";
import { readable } from "../../ui/text";
import styles from "./Orders.module.css";

type Route = NonNullable<OrderDetail["route"]>;
const TIERS = ["intern", "director", "ceo"] as const;

export function WhyTier({ route }: { route: Route }) {
  const { t } = useTranslation();
  const facts: [string, string][] = [
    [t("orders.routeLayer"), route.layer],
    [t("orders.routePath"), route.path.map((role) => t(`role.${role}`)).join(" → ") || "–"],
    [t("orders.routeConfidence"), percent(route.confidence)],
  ];
  if (route.floor) facts.push([t("orders.routeFloor"), t(`role.${route.floor}`)]);
  if (route.router_version) facts.push([t("orders.routeRouter"), route.router_version]);
  return (
    <Card title={t("orders.route")}>
      <ul>
        {route.reasons.map((reason) => (
          <li key={reason}>{readable(reason)}</li>
        ))}
      </ul>
      {route.explored ? <p className={styles.quiet}>{t("orders.routeExplored")}</p> : null}
      <Facts rows={facts} />
      {Object.keys(route.success).length > 0 ? <Chances route={route} /> : null}
    </Card>
  );
}

function Chances({ route }: { route: Route }) {
  const { t } = useTranslation();
  return (
    <table className={styles.calls}>
      <thead>
        <tr>
          <th scope="col">{t("orders.owner")}</th>
          <th scope="col">{t("orders.routeSuccess")}</th>
          <th scope="col">{t("orders.routeCost")}</th>
        </tr>
      </thead>
      <tbody>
        {TIERS.filter((role) => route.success[role] !== undefined).map((role) => (
          <tr key={role}>
            <td>{t(`role.${role}`)}</td>
            <td>{percent(route.success[role] ?? 0)}</td>
            <td>{route.costs[role] === undefined ? "–" : <Money usd={route.costs[role]} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
