/** The receipt: one line that opens to all of it. */
import { useTranslation } from "react-i18next";
import type { Receipt } from "../../api/client";
import { Money } from "../Bits";
import { dollars } from "../format";
import { oneLine } from "../text";
import styles from "./Order.module.css";

export function ReceiptLine({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation();
  const facts = [
    who(receipt, t),
    t("receipt.qaShort", { passed: receipt.qa_passed, total: receipt.qa_total }),
    ...(receipt.equipment ? [t("receipt.noTokens")] : []),
    costOf(receipt, t("order.notPriced"), t("order.free")),
    t("receipt.seconds", { s: receipt.seconds.toFixed(1) }),
  ];
  return (
    <details className={styles.receipt}>
      <summary>
        <span className={styles.receiptTitle}>{t("receipt.title")}</span> {facts.join(" · ")}
      </summary>
      <ReceiptFacts receipt={receipt} />
    </details>
  );
}

type T = ReturnType<typeof useTranslation>["t"];

/** The tool that did it, else the employee with the model. */
function who(receipt: Receipt, t: T): string {
  if (receipt.equipment) return t("receipt.equipment", { tool: oneLine(receipt.equipment, 64) });
  return t(`role.${receipt.role}`) + (receipt.model ? ` (${oneLine(receipt.model, 60)})` : "");
}

function costOf(receipt: Receipt, notPriced: string, free: string): string {
  if (receipt.cost_usd === null || receipt.cost_usd === undefined) return notPriced;
  return receipt.cost_usd === 0 && receipt.local ? free : dollars(receipt.cost_usd);
}

export function ReceiptFacts({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation();
  const path = receipt.path.map((role) => t(`role.${role}`)).join(" → ");
  const cached = receipt.cached_tokens ? ` (${t("receipt.cached", { n: receipt.cached_tokens })})` : "";
  const rows: [string, React.ReactNode][] = [
    [t("receipt.who"), receipt.equipment ? who(receipt, t) : t(`role.${receipt.role}`)],
    [t("receipt.model"), receipt.model ? `${receipt.provider}/${receipt.model}` : t("receipt.noModel")],
    [t("receipt.why"), receipt.reason],
    [t("receipt.rule"), receipt.rule],
    [t("receipt.qa"), `${receipt.qa_passed}/${receipt.qa_total}`],
    [t("receipt.tries"), receipt.attempts > 1 ? `${receipt.attempts} (${path})` : receipt.attempts],
    [t("receipt.tokens"), `${receipt.input_tokens}${cached} + ${receipt.output_tokens}`],
    [t("receipt.cost"), <Money key="cost" usd={receipt.cost_usd} local={receipt.local} />],
  ];
  if (typeof receipt.ceo_cost_usd === "number") rows.push([t("receipt.ceo"), dollars(receipt.ceo_cost_usd)]);
  if (typeof receipt.saved_usd === "number") rows.push([t("receipt.saved"), dollars(receipt.saved_usd)]);
  if (receipt.fallbacks?.length) {
    rows.push([
      t("receipt.fallbacks"),
      receipt.fallbacks.map((one) => `${one.model}: ${one.trouble}`).join("; "),
    ]);
  }
  rows.push([t("receipt.time"), t("receipt.seconds", { s: receipt.seconds.toFixed(1) })]);
  return (
    <>
      <Facts rows={rows} />
      {receipt.note ? <p className={styles.note}>{receipt.note}</p> : null}
    </>
  );
}

export function Facts({ rows }: { rows: readonly (readonly [string, React.ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
