/** The four roles: who works, with which model, how it is, and what it cost today. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Schemas, unwrap } from "../../api/client";
import { Page } from "../../ui/Page";
import { Failure, Loading } from "../../ui/States";
import { AgentCard } from "./AgentCard";
import styles from "./Agents.module.css";

const agentsOptions = queryOptions({
  queryKey: ["agents"] as const,
  queryFn: ({ signal }) => unwrap(api.GET("/api/agents", { signal })),
  refetchInterval: 5_000,
});

const todayOptions = queryOptions({
  queryKey: ["metrics", "today"] as const,
  queryFn: ({ signal }) =>
    unwrap(api.GET("/api/metrics", { params: { query: { period: "today" } }, signal })),
  refetchInterval: 30_000,
});

export function AgentsPage() {
  const { t } = useTranslation();
  const found = useQuery(agentsOptions);
  const today = useQuery(todayOptions);
  return (
    <Page title={t("agents.title")} hint={t("agents.org")}>
      {found.data ? <Chart agents={found.data.items} today={today.data} /> : null}
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
    </Page>
  );
}

interface Props {
  agents: Schemas["AgentView"][];
  today: Schemas["Metrics"] | undefined;
}

/** The front desk on top, the three tiers below it. */
function Chart({ agents, today }: Props) {
  const card = (agent: Schemas["AgentView"]) => (
    <AgentCard
      key={agent.role}
      agent={agent}
      today={today?.by_role.find((sums) => sums.role === agent.role)}
    />
  );
  return (
    <div className={styles.chart}>
      <div className={styles.desk}>{agents.filter((agent) => agent.role === "admin").map(card)}</div>
      <div className={styles.tiers}>{agents.filter((agent) => agent.role !== "admin").map(card)}</div>
    </div>
  );
}
