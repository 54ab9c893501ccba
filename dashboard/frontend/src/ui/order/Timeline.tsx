/** What happened to an order, step by step. */
import { useTranslation } from "react-i18next";
import type { Role } from "../../api/client";
import type { Step } from "../../live/course";
import { Moment } from "../Bits";
import { readable } from "../text";
import styles from "./Order.module.css";

export type TimedStep = Step & { at?: string };

export function Timeline({ steps }: { steps: readonly TimedStep[] }) {
  return (
    <ol className={styles.timeline}>
      {steps.map((step, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
        <li key={n} data-event={step.event}>
          <Happening step={step} />
        </li>
      ))}
    </ol>
  );
}

function Happening({ step }: { step: TimedStep }) {
  const words = useStepWords();
  return (
    <>
      <div>
        <strong>{words(step)}</strong>
        {step.at ? (
          <span className={styles.quiet}>
            {" "}
            <Moment at={step.at} />
          </span>
        ) : null}
      </div>
      {step.reason ? <div className={styles.evidence}>{readable(step.reason)}</div> : null}
      {step.failed?.map((check) => (
        <div key={check.name} className={styles.evidence}>
          <code>{readable(check.name)}</code> {readable(check.evidence ?? "")}
        </div>
      ))}
    </>
  );
}

/** What a step is called. */
export function useStepWords(): (step: Step) => string {
  const { t } = useTranslation();
  return (step) => {
    const role = isRole(step.role) ? t(`role.${step.role}`) : "";
    switch (step.event) {
      case "qa":
        return step.passed ? t("step.qaPassed") : t("step.qaFailed");
      case "triaged":
        return step.equipment === undefined ? t("step.triaged", { role }) : t("step.toEquipment");
      case "retrying":
      case "escalated":
      case "stepped_down":
      case "approved":
      case "waiting":
        return t(`step.${step.event}`, { role });
      case "working":
        if (step.equipment) return t("step.byEquipment", { tool: readable(step.equipment) });
        return t("step.working", { role, model: readable(step.model ?? "?") });
      case "queued":
      case "transcribed":
      case "postponed":
      case "held":
      case "delivered":
      case "asked":
      case "declined":
      case "failed":
      case "cancelled":
      case "dead":
        return t(`step.${step.event}`);
      default:
        return readable(step.event);
    }
  };
}

function isRole(role: string | undefined): role is Role {
  return role === "admin" || role === "intern" || role === "director" || role === "ceo";
}
