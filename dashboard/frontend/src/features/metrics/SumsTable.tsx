/** Calls, tokens and dollars by name. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Count } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { Card } from "../../ui/Page";
import styles from "./Metrics.module.css";

interface Props {
  title: string;
  rows: { name: string; sums: Schemas["CallSums"] }[];
}

export function SumsTable({ title, rows }: Props) {
  const { t } = useTranslation();
  return (
    <Card title={title}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label={title}>
        <table className={styles.table}>
          <thead>
            <tr>
              <td />
              <th scope="col">{t("metrics.calls")}</th>
              <th scope="col">{t("metrics.cost")}</th>
              <th scope="col">{t("metrics.input")}</th>
              <th scope="col">{t("metrics.output")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, sums }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <Count of={sums.calls} />
                </td>
                <td>
                  {dollars(sums.cost_usd ?? 0)}
                  {sums.unpriced_calls > 0 ? ` + ${t("metrics.unpriced", { n: sums.unpriced_calls })}` : null}
                </td>
                <td>
                  <Count of={sums.input_tokens + sums.cache_read_tokens + sums.cache_write_tokens} />
                </td>
                <td>
                  <Count of={sums.output_tokens} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
