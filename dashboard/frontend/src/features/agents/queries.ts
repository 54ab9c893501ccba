/** Pausing a role and letting it go on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Agent, agentsOptions } from "../../api/agents";
import { api, type Role, unwrap } from "../../api/client";

export type Turn = { kind: "pause"; reason: string } | { kind: "resume" };

/** Turns the switch; the gateway's answer, which is the role as it is then, goes into the list. */
export function useTurn(role: Role) {
  const client = useQueryClient();
  const { queryKey } = agentsOptions;
  return useMutation({
    mutationFn: (turn: Turn): Promise<Agent> => {
      const params = { path: { role } };
      if (turn.kind === "resume") return unwrap(api.POST("/api/agents/{role}/resume", { params }));
      const body = turn.reason ? { reason: turn.reason } : {};
      return unwrap(api.POST("/api/agents/{role}/pause", { params, body: body as never }));
    },
    // A look that is under way would show how it was before.
    onMutate: () => client.cancelQueries({ queryKey }),
    onSuccess: (agent) => {
      client.setQueryData(queryKey, (agents) =>
        agents
          ? { ...agents, items: agents.items.map((one) => (one.role === agent.role ? agent : one)) }
          : agents,
      );
    },
    // Not waited for: what went wrong is shown at once, also when nothing can be read.
    onSettled: () => void client.invalidateQueries({ queryKey }),
  });
}
