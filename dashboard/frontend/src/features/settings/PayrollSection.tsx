/** Who works with which model, at what price, and how the models are. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Agent, agentsOptions, modelsOf } from "../../api/agents";
import { ROLES } from "../../api/client";
import { useMayChange } from "../../api/session";
import { Icon } from "../../ui/Icon";
import { Card } from "../../ui/Page";
import { Complaint, Failure, Loading } from "../../ui/States";
import { Words } from "../../ui/Words";
import { ModelTable } from "./ModelTable";
import styles from "./Settings.module.css";
import { type Look, PATIENCE_S, useLook } from "./useLook";

export function PayrollSection() {
  const { t } = useTranslation();
  const found = useQuery(agentsOptions);
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const agents = found.data.items;
  return (
    <>
      <p className={styles.quiet}>
        {t("settings.payroll.hint")} {t("settings.payroll.perMillion")} {t("settings.payroll.free")}
      </p>
      {ROLES.map((role) => {
        const agent = agents.find((one) => one.role === role);
        return agent ? <RolePayroll key={role} agent={agent} /> : null;
      })}
      <p className={styles.quiet}>
        <Words>{t("settings.payroll.change")}</Words>
      </p>
    </>
  );
}

function RolePayroll({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const look = useLook(agent);
  const role = t(`role.${agent.role}`);
  const hasModels = modelsOf(agent).length > 0;
  const button = (
    <span className={styles.buttons}>
      <LookState look={look} />
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="again" size={14} />}
        aria-label={t("settings.payroll.lookAt", { role })}
        loading={look.isLooking}
        onClick={look.begin}
      >
        {t("settings.payroll.look")}
      </Button>
    </span>
  );
  return (
    <Card title={role} aside={mayChange && hasModels ? button : null}>
      {hasModels ? (
        <ModelTable agent={agent} isAwaited={look.isAwaited} />
      ) : (
        <p className={styles.quiet}>
          {agent.workers > 0 ? t("settings.payroll.noModel") : t("settings.payroll.nobody")}
        </p>
      )}
      <Complaint error={look.error} />
    </Card>
  );
}

function LookState({ look }: { look: Look }) {
  const { t } = useTranslation();
  const { seen, all } = look;
  let text = "";
  if (look.isLate) text = t("settings.payroll.tooLong", { s: PATIENCE_S });
  else if (all > 0 && seen === all) text = t("settings.payroll.allLooked", { n: all });
  else if (look.isLooking) text = t("settings.payroll.partlyLooked", { done: seen, n: all });
  return (
    <span className={styles.quiet} role="status">
      {text}
    </span>
  );
}
