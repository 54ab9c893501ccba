/** One limit in one period, as a bar. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { Moment } from "./Bits";
import { dollars } from "./format";
import styles from "./WindowBar.module.css";

const FULL = 0.999;
const NEARLY = 0.8;

export function WindowBar({ window }: { window: Schemas["WindowView"] }) {
  const { t } = useTranslation();
  const kind = window.period.length > 7 ? t("budget.day") : t("budget.month");
  const name = `${scopeName(window.scope, t)}, ${kind} ${window.period}`;
  const percent = Math.min(100, Math.round(window.used * 100));
  const level = window.used >= FULL ? "full" : window.used >= NEARLY ? "nearly" : "fine";
  return (
    <div>
      <div className={styles.row}>
        <strong>{name}</strong>
        <span>
          {window.limit_usd === null
            ? t("budget.noLimit")
            : t("budget.of", { limit: dollars(window.limit_usd) })}
        </span>
      </div>
      <progress className={styles.bar} data-level={level} max={100} value={percent} aria-label={name} />
      <div className={styles.quiet}>
        {t("budget.spent", {
          spent: dollars(window.spent_usd ?? 0),
          reserved: dollars(window.reserved_usd ?? 0),
        })}{" "}
        ·{" "}
        {window.limit_from.kind === "set"
          ? t("budget.setBy", { by: window.limit_from.by ?? "?" })
          : t("budget.bySetting")}{" "}
        · {t("budget.resets")} <Moment at={window.resets_at} />
      </div>
    </div>
  );
}

type T = ReturnType<typeof useTranslation>["t"];

function scopeName(scope: string, t: T): string {
  switch (scope) {
    case "company":
      return t("budget.company");
    case "admin":
    case "intern":
    case "director":
    case "ceo":
      return t(`role.${scope}`);
    default:
      return scope;
  }
}
