/** What may be spent, and how much of it is. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { budgetOptions } from "../../api/budget";
import { usePace } from "../../live/LiveProvider";
import { Card } from "../../ui/Page";
import { Failure, Loading } from "../../ui/States";
import { WindowBar } from "../../ui/WindowBar";
import styles from "./Metrics.module.css";

const PACE_MS = 10_000;

export function Budgets() {
  const { t } = useTranslation();
  const found = useQuery({ ...budgetOptions, refetchInterval: usePace(PACE_MS) });
  return (
    <Card title={t("nav.budget")} aside={<Link to="/budget">{t("budget.change")}</Link>}>
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      <div className={styles.budgets}>
        {found.data?.windows.map((window) => (
          <WindowBar key={`${window.scope} ${window.period}`} window={window} />
        ))}
      </div>
    </Card>
  );
}
