/** Where an open order stands: queued → triaged → working → QA → delivered. */
import { useTranslation } from "react-i18next";
import type { Status } from "../../api/client";
import styles from "./Order.module.css";

const STAGES = ["queued", "triaged", "working", "qa", "delivered"] as const;

export function Progress({ status, inQa }: { status: Status; inQa: boolean }) {
  const { t } = useTranslation();
  const now = stage(status, inQa);
  return (
    <ol className={styles.stages} aria-label={t("order.progress")}>
      {STAGES.map((name, n) => (
        <li
          key={name}
          data-state={n < now ? "done" : n === now ? "now" : "next"}
          aria-current={n === now ? "step" : undefined}
        >
          {t(`status.${name}`)}
        </li>
      ))}
    </ol>
  );
}

function stage(status: Status, inQa: boolean): number {
  if (inQa) return 3;
  switch (status) {
    case "queued":
      return 0;
    case "triaged":
    case "held":
      return 1;
    case "working":
      return 2;
    default:
      return 5;
  }
}
