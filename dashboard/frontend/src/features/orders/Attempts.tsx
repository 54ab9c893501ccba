/** The employees' tries, each with QA's proof. */
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { Mark } from "../../ui/Bits";
import { Markdown } from "../../ui/markdown/Markdown";
import { QaProof } from "../../ui/order/QaProof";
import { Card } from "../../ui/Page";
import { readable } from "../../ui/text";
import styles from "./Orders.module.css";

export function Attempts({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  return (
    <>
      {detail.attempts.map((attempt) => {
        const verdict = detail.verdicts.find((one) => one.attempt === attempt.n);
        const who = `${t(`role.${attempt.role}`)}, ${attempt.provider}/${attempt.model}`;
        return (
          <Card
            key={attempt.id}
            title={`${t("order.attempt", { n: attempt.n })}: ${who}`}
            aside={
              verdict ? (
                <Mark tone={verdict.passed ? "good" : "bad"}>
                  {t(verdict.passed ? "qa.passed" : "qa.notPassed")}
                </Mark>
              ) : (
                <Mark tone="still">{attempt.status}</Mark>
              )
            }
          >
            {attempt.feedback.map((said) => (
              <p key={said} className={styles.quiet}>
                {t("orders.told")}: {readable(said)}
              </p>
            ))}
            {attempt.error ? (
              <p className={styles.quiet}>
                {t("orders.error")}: {readable(attempt.error)}
              </p>
            ) : null}
            {attempt.answer && attempt.answer !== detail.order.result ? (
              <details className={styles.more}>
                <summary>{t("orders.answer")}</summary>
                <Markdown text={attempt.answer} />
              </details>
            ) : null}
            <h3 className={styles.proof}>{t("qa.title")}</h3>
            <QaProof checks={verdict?.checks ?? []} />
          </Card>
        );
      })}
    </>
  );
}
