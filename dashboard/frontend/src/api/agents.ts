/** The four roles and their models, for every view that shows them. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "./client";

export type Agent = Schemas["AgentView"];
export type AgentModel = Schemas["ModelView"];

export const agentsKey = ["agents"] as const;

/** How often one looks; the health of workers and models changes without an order that would tell of it. */
export const AGENTS_MS = 5_000;
export const AGENTS_NET_MS = 15_000;

export const agentsOptions = queryOptions({
  queryKey: agentsKey,
  queryFn: ({ signal }) => unwrap(api.GET("/api/agents", { signal })),
  refetchInterval: AGENTS_MS,
});

/** The models of a role in the order in which they are asked; none when nobody works in it, or it needs none. */
export function modelsOf(agent: Agent): AgentModel[] {
  const { model, provider, health } = agent;
  if (model === null || provider === null || health === null) return agent.fallbacks;
  const first = { model, provider, health, price: agent.price, ends: agent.ends };
  return [{ ...first, local: agent.local === true, weak: agent.weak === true }, ...agent.fallbacks];
}
