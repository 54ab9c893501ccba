/** One role: what it does now, with which model, how well, and the switch that pauses it. */
import { useTranslation } from "react-i18next";
import { type Agent, modelsOf } from "../../api/agents";
import { ModelHealth, ModelName, Price } from "../../ui/agent/Model";
import { HealthMark, Mark } from "../../ui/Bits";
import { Card } from "../../ui/Page";
import { readable } from "../../ui/text";
import styles from "./Agents.module.css";
import { Doing } from "./Doing";
import { PauseSwitch } from "./PauseSwitch";
import { type Span, WorkFigures } from "./WorkFigures";

export function AgentCard({ agent, span }: { agent: Agent; span: Span }) {
  const { t } = useTranslation();
  const marks = (
    <span className={styles.marks}>
      {agent.paused ? <Mark tone="warn">{t("agents.paused")}</Mark> : null}
      <HealthMark status={agent.status} />
    </span>
  );
  return (
    <Card title={t(`role.${agent.role}`)} aside={marks}>
      <div className={styles.body}>
        <div className={styles.now}>
          <Doing agent={agent} />
          <PauseSwitch agent={agent} />
        </div>
        <div className={styles.part}>
          <Model agent={agent} />
          <WorkFigures work={span === "today" ? agent.work : agent.week} local={agent.local === true} />
        </div>
      </div>
    </Card>
  );
}

function Model({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const others = modelsOf(agent).slice(1);
  return (
    <div>
      <p className={styles.line}>
        <ModelName of={agent} />
      </p>
      {agent.health ? <ModelHealth health={agent.health} /> : null}
      {agent.model ? (
        <Price price={agent.price} local={agent.local} />
      ) : (
        <p className={styles.quiet}>{readable(agent.reason)}</p>
      )}
      {agent.ends ? <p className={styles.quiet}>{t("agents.ends", { date: agent.ends })}</p> : null}
      {others.length > 0 ? (
        <details className={styles.others}>
          <summary>
            {t("agents.fallbacks")} ({others.length})
          </summary>
          <ol>
            {others.map((model) => (
              <li key={`${model.provider}/${model.model}`}>
                <HealthMark status={model.health.status} /> {readable(`${model.provider}/${model.model}`)}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  );
}
