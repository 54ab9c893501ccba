/** One role. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Count, HealthMark, Mark, Moment, Money } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { Facts } from "../../ui/order/ReceiptLine";
import { Card } from "../../ui/Page";
import { readable } from "../../ui/text";
import styles from "./Agents.module.css";

interface Props {
  agent: Schemas["AgentView"];
  today: Schemas["RoleSums"] | undefined;
}

export function AgentCard({ agent, today }: Props) {
  const { t } = useTranslation();
  const rows: [string, React.ReactNode][] = [
    [t("agents.calls"), <Count key="calls" of={today?.calls ?? 0} />],
  ];
  rows.push([
    t("agents.cost"),
    <Money key="cost" usd={today?.cost_usd ?? 0} local={agent.local === true && !today?.cost_usd} />,
  ]);
  rows.push([
    t("agents.tokens"),
    <Count key="tokens" of={(today?.input_tokens ?? 0) + (today?.output_tokens ?? 0)} />,
  ]);
  rows.push([t("agents.price"), <Price key="price" price={agent.price} local={agent.local} />]);
  return (
    <Card title={t(`role.${agent.role}`)} aside={<HealthMark status={agent.status} />}>
      <p className={styles.model}>
        {agent.model ? `${agent.provider}/${agent.model}` : t("agents.noModel")}{" "}
        {agent.weak ? <Mark tone="warn">{t("agents.weak")}</Mark> : null}{" "}
        {agent.local ? <Mark tone="still">{t("agents.local")}</Mark> : null}
      </p>
      <p className={styles.quiet}>
        {readable(agent.reason)} · {agent.busy > 0 ? t("agents.busy", { n: agent.busy }) : t("agents.idle")}
      </p>
      {agent.health ? <ModelHealth health={agent.health} /> : null}
      <Facts rows={rows} />
      {agent.ends ? <p className={styles.quiet}>{t("agents.ends", { date: agent.ends })}</p> : null}
      {agent.fallbacks.length > 0 ? <Fallbacks models={agent.fallbacks} /> : null}
    </Card>
  );
}

function Price({ price, local }: { price: Schemas["PriceView"] | null; local: boolean | null }) {
  const { t } = useTranslation();
  if (!price) return <>{t("order.notPriced")}</>;
  if (local && !price.input && !price.output) return <>{t("order.free")}</>;
  return <>{t("agents.priceOf", { input: dollars(price.input ?? 0), output: dollars(price.output ?? 0) })}</>;
}

function ModelHealth({ health }: { health: Schemas["ModelHealthView"] }) {
  const { t } = useTranslation();
  return (
    <p className={styles.health}>
      <HealthMark status={health.status} /> {readable(health.detail)}
      {health.checked_at ? (
        <span className={styles.quiet}>
          {" "}
          {t("agents.checked")} <Moment at={health.checked_at} />
        </span>
      ) : null}
    </p>
  );
}

function Fallbacks({ models }: { models: Schemas["ModelView"][] }) {
  const { t } = useTranslation();
  return (
    <>
      <h3 className={styles.small}>{t("agents.fallbacks")}</h3>
      <ul className={styles.list}>
        {models.map((model) => (
          <li key={`${model.provider}/${model.model}`}>
            <HealthMark status={model.health.status} /> {model.provider}/{model.model}
          </li>
        ))}
      </ul>
    </>
  );
}
