/** What a view shows while it has nothing to show: loading, empty, an error, a lost connection. */
import { Button, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, ConnectionLost } from "../api/problem";
import styles from "./States.module.css";

export function Loading() {
  const { t } = useTranslation();
  return (
    <div className={styles.state} role="status" aria-label={t("state.loading")}>
      <Loader size="sm" type="dots" />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <p className={styles.title}>{title}</p>
      <div className={styles.text}>{children}</div>
    </div>
  );
}

/** In place of a view that could not be loaded. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const isLost = error instanceof ConnectionLost;
  return (
    <div className={styles.state} role="alert">
      <p className={styles.title}>{isLost ? t("state.lostTitle") : t("state.error")}</p>
      <p className={styles.text}>{isLost ? t("state.lostText") : errorText(error)}</p>
      {onRetry ? (
        <Button variant="default" size="sm" onClick={onRetry}>
          {t("state.again")}
        </Button>
      ) : null}
    </div>
  );
}

/** Beside what was tried, which stays where it is. */
export function Complaint({ error }: { error: Error | null | undefined }) {
  const { t } = useTranslation();
  if (!error) return null;
  return (
    <p className={styles.complaint} role="alert">
      {error instanceof ConnectionLost ? t("state.lostTitle") : errorText(error)}
    </p>
  );
}

export function Partial({ when }: { when: boolean | undefined }) {
  const { t } = useTranslation();
  return when ? <p className={styles.partial}>{t("state.partial")}</p> : null;
}

function errorText(error: Error): string {
  return error instanceof ApiProblem ? error.detail : error.message;
}
