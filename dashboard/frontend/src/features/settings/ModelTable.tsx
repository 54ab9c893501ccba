/** The models of a role in the order in which they are asked; on a phone each is a block. */
import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Agent, type AgentModel, modelsOf } from "../../api/agents";
import { HealthMark, Mark, Moment } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { readable } from "../../ui/text";
import styles from "./Settings.module.css";
import { nameOf } from "./useLook";

interface Props {
  agent: Agent;
  isAwaited: (model: AgentModel) => boolean;
}

export function ModelTable({ agent, isAwaited }: Props) {
  const { t } = useTranslation();
  const role = t(`role.${agent.role}`);
  return (
    <table className={`${styles.table} ${styles.models}`} aria-label={t("settings.payroll.table", { role })}>
      <thead>
        <tr>
          <th scope="col">{t("settings.payroll.rank")}</th>
          <th scope="col">{t("settings.payroll.model")}</th>
          <th scope="col">{t("settings.payroll.where")}</th>
          <th scope="col">{t("settings.payroll.input")}</th>
          <th scope="col">{t("settings.payroll.output")}</th>
          <th scope="col">{t("settings.payroll.ends")}</th>
          <th scope="col">{t("settings.payroll.health")}</th>
        </tr>
      </thead>
      <tbody>
        {modelsOf(agent).map((model, place) => (
          <ModelRow key={nameOf(model)} model={model} place={place + 1} isAwaited={isAwaited(model)} />
        ))}
      </tbody>
    </table>
  );
}

function ModelRow({ model, place, isAwaited }: { model: AgentModel; place: number; isAwaited: boolean }) {
  const { t } = useTranslation();
  const runs = model.local ? "local" : model.price ? "paid" : "remote";
  return (
    <tr>
      <td data-label={t("settings.payroll.rank")}>{place}</td>
      <th scope="row" className={styles.rowName}>
        {readable(nameOf(model))} {model.weak ? <Mark tone="warn">{t("agents.weak")}</Mark> : null}
      </th>
      <td data-label={t("settings.payroll.where")}>{t(`settings.payroll.${runs}`)}</td>
      <Amount model={model} of="input" />
      <Amount model={model} of="output" />
      <td data-label={t("settings.payroll.ends")} data-empty={model.ends === null}>
        {model.ends ?? "–"}
      </td>
      <td className={styles.wide}>
        <HealthMark status={model.health.status} /> {readable(model.health.detail)}{" "}
        <span className={styles.looked}>
          {isAwaited ? (
            <>
              <Loader size={12} /> {t("settings.payroll.looking")}
            </>
          ) : (
            <LookedAt at={model.health.checked_at} />
          )}
        </span>
      </td>
    </tr>
  );
}

function LookedAt({ at }: { at: string | null }) {
  const { t } = useTranslation();
  if (!at) return null;
  return (
    <>
      {t("agents.checked")} <Moment at={at} />
    </>
  );
}

/** Dollars for a million tokens; nothing to pay on this machine. */
function Amount({ model, of }: { model: AgentModel; of: "input" | "output" }) {
  const { t } = useTranslation();
  const usd = model.price?.[of];
  const isFree = model.local && !usd;
  return (
    <td data-label={t(`settings.payroll.${of}`)} className={styles.number}>
      {isFree ? t("order.free") : typeof usd === "number" ? dollars(usd) : t("order.notPriced")}
    </td>
  );
}
