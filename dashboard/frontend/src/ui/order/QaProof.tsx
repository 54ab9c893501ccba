/** QA's checks with their evidence. */
import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "../Bits";
import { readable } from "../text";
import styles from "./Order.module.css";

export interface Check {
  name: string;
  status: string;
  evidence: string;
}

const TONES: Record<string, Tone> = { pass: "good", fail: "bad" };

export function QaProof({ checks }: { checks: readonly Check[] }) {
  const { t } = useTranslation();
  if (checks.length === 0) return <p className={styles.quiet}>{t("qa.none")}</p>;
  return (
    <ul className={styles.checks} aria-label={t("qa.title")}>
      {checks.map((check) => (
        <li key={`${check.name} ${check.evidence}`}>
          <Mark tone={TONES[check.status] ?? "still"}>
            {check.status === "pass" || check.status === "fail"
              ? t(`qa.${check.status}`)
              : t("qa.not_checked")}
          </Mark>
          <div>
            <code>{readable(check.name)}</code>
            <div className={styles.evidence}>{readable(check.evidence)}</div>
          </div>
        </li>
      ))}
    </ul>
  );
}
