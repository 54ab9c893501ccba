/** A look at a role's models that one has asked for, followed until each of them was looked at. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Agent, type AgentModel, agentsKey, modelsOf } from "../../api/agents";
import { api, unwrap } from "../../api/client";

export const PATIENCE_S = 30;
const AGAIN_MS = 1_000;

/** When each model had been looked at before, by `nameOf`. */
type Before = Readonly<Record<string, string | null>>;

export interface Look {
  begin: () => void;
  error: Error | null;
  isLooking: boolean;
  /** True when the patience is over and not all models were looked at. */
  isLate: boolean;
  seen: number;
  all: number;
  /** Whether the look has not come to this model yet. */
  isAwaited: (model: AgentModel) => boolean;
}

export function useLook(agent: Agent): Look {
  const client = useQueryClient();
  const [before, setBefore] = useState<Before | null>(null);
  const [isLate, setLate] = useState(false);
  const asking = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/agents/{role}/probe", { params: { path: { role: agent.role } } })),
    onMutate: () => {
      setBefore(timesOf(agent));
      setLate(false);
    },
    onError: () => setBefore(null),
  });
  const models = before === null ? [] : modelsOf(agent);
  const isUnchanged = (model: AgentModel) => before?.[nameOf(model)] === model.health.checked_at;
  const awaited = models.filter(isUnchanged);
  const isLooking = asking.isPending || (awaited.length > 0 && !isLate);
  useEffect(() => {
    if (!isLooking) return;
    const again = window.setInterval(() => void client.invalidateQueries({ queryKey: agentsKey }), AGAIN_MS);
    const late = window.setTimeout(() => setLate(true), PATIENCE_S * 1_000);
    return () => {
      window.clearInterval(again);
      window.clearTimeout(late);
    };
  }, [isLooking, client]);
  return {
    begin: () => asking.mutate(),
    error: asking.error,
    isLooking,
    isLate: isLate && awaited.length > 0,
    seen: models.length - awaited.length,
    all: models.length,
    isAwaited: (model) => isLooking && isUnchanged(model),
  };
}

export function nameOf(model: AgentModel): string {
  return `${model.provider}/${model.model}`;
}

function timesOf(agent: Agent): Before {
  return Object.fromEntries(modelsOf(agent).map((model) => [nameOf(model), model.health.checked_at]));
}
