/** How well a role worked in a time, in six figures; a share of nothing is a dash and no zero. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Count, Money } from "../../ui/Bits";
import { duration, percent } from "../../ui/format";
import styles from "./Agents.module.css";

export type Span = "today" | "week";

interface Props {
  work: Schemas["WorkView"] | null;
  local: boolean;
}

export function WorkFigures({ work, local }: Props) {
  const { t, i18n } = useTranslation();
  if (!work) return <p className={styles.quiet}>{t("agents.unknownWork")}</p>;
  const share = (of: number | null) => (of === null ? "–" : percent(of, i18n.language));
  const time = (ms: number | null) => (ms === null ? "–" : duration(ms));
  const rows: [string, React.ReactNode][] = [
    [t("agents.success"), share(work.success_rate)],
    [t("agents.qa"), share(work.qa_pass_rate)],
    [t("agents.cost"), <Money key="cost" usd={work.cost_usd} local={local} />],
    [t("agents.p50"), time(work.p50_ms)],
    [t("agents.p95"), time(work.p95_ms)],
    [t("agents.attempts"), <Count key="attempts" of={work.attempts} />],
  ];
  return (
    <dl className={styles.figures}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
