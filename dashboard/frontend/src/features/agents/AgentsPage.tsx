/** The org chart: who works, on what, with which model, how well, and at what price. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AGENTS_MS, AGENTS_NET_MS, type Agent, agentsOptions } from "../../api/agents";
import { ROLES } from "../../api/client";
import { usePace } from "../../live/LiveProvider";
import { Page } from "../../ui/Page";
import { Failure, Loading } from "../../ui/States";
import { AgentCard } from "./AgentCard";
import styles from "./Agents.module.css";
import type { Span } from "./WorkFigures";

const SPANS: readonly Span[] = ["today", "week"];

export function AgentsPage() {
  const { t } = useTranslation();
  const pace = Math.min(usePace(AGENTS_MS), AGENTS_NET_MS);
  const found = useQuery({ ...agentsOptions, refetchInterval: pace });
  const [span, setSpan] = useState<Span>("today");
  return (
    <Page
      title={t("agents.title")}
      hint={t("agents.org")}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t("agents.period")}
          value={span}
          onChange={(value) => setSpan(value as Span)}
          data={SPANS.map((value) => ({ value, label: t(`agents.${value}`) }))}
        />
      }
    >
      {found.data ? <Chart agents={found.data.items} span={span} /> : null}
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
    </Page>
  );
}

/** The front desk on top, the three tiers below it from the cheapest on; a column on a phone. */
function Chart({ agents, span }: { agents: Agent[]; span: Span }) {
  const { t } = useTranslation();
  const inOrder = ROLES.flatMap((role) => agents.filter((agent) => agent.role === role));
  return (
    <ol className={styles.chart} aria-label={t("agents.chart")}>
      {inOrder.map((agent, place) => (
        <li key={agent.role} data-role={agent.role}>
          <AgentCard agent={agent} span={span} />
          {place > 0 && place < inOrder.length - 1 ? (
            <span className={styles.next} aria-hidden="true">
              →
            </span>
          ) : null}
        </li>
      ))}
    </ol>
  );
}
