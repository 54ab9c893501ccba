/** The ledger of one order: every model call with what it cost. */
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { Money } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { Card } from "../../ui/Page";
import { readable } from "../../ui/text";
import styles from "./Orders.module.css";

export function ModelCalls({ calls }: { calls: OrderDetail["model_calls"] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("orders.calls")}>
      {calls.length === 0 ? (
        <p className={styles.quiet}>{t("orders.noCalls")}</p>
      ) : (
        <CallTable calls={calls} />
      )}
    </Card>
  );
}

function CallTable({ calls }: { calls: OrderDetail["model_calls"] }) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={t("orders.calls")}>
      <table className={styles.calls}>
        <thead>
          <tr>
            <th scope="col">{t("orders.purpose")}</th>
            <th scope="col">{t("orders.model")}</th>
            <th scope="col">{t("orders.callStatus")}</th>
            <th scope="col">{t("orders.tokens")}</th>
            <th scope="col">{t("orders.cost")}</th>
            <th scope="col">{t("orders.latency")}</th>
            <th scope="col">{t("orders.prompt")}</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id}>
              <td>{call.purpose}</td>
              <td>
                {call.provider}/{call.model}
              </td>
              <td>
                {call.status}
                {call.error ? <div className={styles.quiet}>{readable(call.error)}</div> : null}
              </td>
              <td>
                {call.usage.input_tokens + call.usage.cache_read_tokens + call.usage.cache_write_tokens} +{" "}
                {call.usage.output_tokens}
              </td>
              <td>{call.status === "started" ? "–" : <Money usd={call.cost_usd} />}</td>
              <td>{call.latency_ms === null ? "–" : duration(call.latency_ms)}</td>
              <td>
                <code title={call.prompt_hash}>{call.prompt_hash.slice(0, 12)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
