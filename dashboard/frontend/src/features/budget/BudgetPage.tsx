/** What may be spent and is, the limits, and the switch that stops every paid call. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { budgetOptions } from "../../api/budget";
import { api, type Schemas, unwrap } from "../../api/client";
import { useMayChange } from "../../api/session";
import { Moment } from "../../ui/Bits";
import { dollars } from "../../ui/format";
import { Card, Page } from "../../ui/Page";
import { Complaint, Failure, Loading } from "../../ui/States";
import { readable } from "../../ui/text";
import { WindowBar } from "../../ui/WindowBar";
import styles from "./Budget.module.css";
import { LimitForm } from "./LimitForm";

export function BudgetPage() {
  const { t } = useTranslation();
  const found = useQuery(budgetOptions); // limits and the freeze are changed elsewhere too, of which nothing tells
  return (
    <Page title={t("budget.title")}>
      {found.data ? <Budget budget={found.data} /> : null}
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
    </Page>
  );
}

function Budget({ budget }: { budget: Schemas["BudgetView"] }) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const amount = (usd: number | null) => (usd === null ? t("budget.nothing") : dollars(usd));
  return (
    <div className={styles.page}>
      <Freeze freeze={budget.freeze} />
      <Card title={t("budget.limits")}>
        <div className={styles.windows}>
          {budget.windows.map((window) => (
            <WindowBar key={`${window.scope} ${window.period}`} window={window} />
          ))}
        </div>
        <p className={styles.quiet}>{t("budget.orderLimit", { amount: amount(budget.order_limit_usd) })}</p>
        <p className={styles.quiet}>{t("budget.askAbove", { amount: amount(budget.ask_above_usd) })}</p>
      </Card>
      {mayChange ? (
        <Card title={t("budget.change")}>
          <LimitForm />
        </Card>
      ) : null}
    </div>
  );
}

function Freeze({ freeze }: { freeze: Schemas["FreezeView"] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayChange = useMayChange();
  const turn = useMutation({
    mutationFn: () => unwrap(api.POST(freeze.frozen ? "/api/budget/thaw" : "/api/budget/freeze")),
    onSettled: () => client.invalidateQueries({ queryKey: budgetOptions.queryKey }),
  });
  return (
    <Card>
      <div className={styles.freeze} data-frozen={freeze.frozen}>
        <div>
          {freeze.frozen ? <strong>{t("budget.frozen")} · </strong> : null}
          {freeze.frozen && freeze.by ? (
            <span>
              {readable(freeze.by)}, <Moment at={freeze.since} />
              {freeze.reason ? `: ${readable(freeze.reason)}` : null}
            </span>
          ) : (
            t("budget.freezeText")
          )}
        </div>
        <Button
          disabled={!mayChange}
          variant={freeze.frozen ? "filled" : "default"}
          loading={turn.isPending}
          onClick={() => turn.mutate()}
        >
          {freeze.frozen ? t("budget.thaw") : t("budget.freeze")}
        </Button>
      </div>
      <Complaint error={turn.error} />
    </Card>
  );
}
