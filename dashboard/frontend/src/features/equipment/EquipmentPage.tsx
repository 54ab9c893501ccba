/** Every tool of the company: what it does, when it comes due, how it last ended, and a button that runs it. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import { readable } from "../../ui/text";
import styles from "./Equipment.module.css";
import { type Tool, toolsOptions } from "./queries";
import { ToolRow } from "./ToolRow";

export function EquipmentPage() {
  const { t } = useTranslation();
  const found = useQuery(toolsOptions);
  return (
    <Page title={t("equipment.title")} hint={t("equipment.hint")}>
      {found.data?.problem ? (
        <p className={styles.warning} role="alert">
          {t("equipment.problem")} {readable(found.data.problem)}
        </p>
      ) : null}
      {found.data ? <Tools tools={found.data.tools} now={found.dataUpdatedAt} /> : null}
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.isError && found.data ? <Complaint error={found.error} /> : null}
    </Page>
  );
}

function Tools({ tools, now }: { tools: readonly Tool[]; now: number }) {
  const { t } = useTranslation();
  if (tools.length === 0) return <Empty title={t("equipment.none")}>{t("equipment.noneText")}</Empty>;
  return (
    <table className={styles.table} aria-label={t("equipment.table")}>
      <thead>
        <tr>
          <th scope="col">{t("equipment.tool")}</th>
          <th scope="col">{t("equipment.next")}</th>
          <th scope="col">{t("equipment.last")}</th>
          <td />
        </tr>
      </thead>
      {tools.map((tool) => (
        <ToolRow key={tool.name} tool={tool} now={now} />
      ))}
    </table>
  );
}
