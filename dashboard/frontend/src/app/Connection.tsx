/** Whether the page is live, and what to do when it is not. */
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "../live/LiveProvider";
import styles from "./Shell.module.css";

const PATIENCE_MS = 1_500;

export function ConnectionDot() {
  const { t } = useTranslation();
  const { state } = useConnection();
  return (
    <span className={styles.line} role="status" data-state={state} title={t(`connection.${state}`)}>
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.lineText}>{t(`connection.${state}`)}</span>
    </span>
  );
}

/** Says that the line is lost, unless it is back at once. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const { state, hurry } = useConnection();
  const isAway = state === "lost" || state === "connecting";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!isAway) {
      setShown(false);
      return;
    }
    const timer = window.setTimeout(() => setShown(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [isAway]);
  if (!shown) return null;
  return (
    <div className={styles.banner} role="alert">
      <span>{t("connection.lostText")}</span>
      <Button size="compact-sm" variant="default" onClick={hurry}>
        {t("connection.retry")}
      </Button>
    </div>
  );
}
