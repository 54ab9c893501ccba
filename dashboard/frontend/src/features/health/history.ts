/** What a part of the company was, from change to change. Pure. */
import type { Schemas } from "../../api/client";

export type HealthChange = Schemas["HealthChangeView"];
export type Status = HealthChange["status"];

/** A time in which nothing changed; `to` is null when it still lasts. */
export interface Stretch {
  from: number;
  to: number | null;
  status: Status;
  reason: string;
}

/**
 * The stretches of every part between two moments (milliseconds since 1970), by name, each oldest first.
 *
 * `changes` are newest first, and may reach back less far than `from`: then what was before is not told.
 */
export function stretchesOf(
  changes: readonly HealthChange[],
  from: number,
  now: number,
): Map<string, Stretch[]> {
  const parts = new Map<string, Stretch[]>();
  for (const change of changes.toReversed()) {
    const at = Date.parse(change.at);
    const own = parts.get(change.component) ?? [];
    const last = own.at(-1);
    if (last) last.to = at;
    own.push({ from: at, to: null, status: change.status, reason: change.reason });
    parts.set(change.component, own);
  }
  for (const [name, own] of parts) {
    const seen = own
      .filter((one) => (one.to ?? now) > from)
      .map((one) => ({ ...one, from: Math.max(one.from, from) }));
    parts.set(name, seen);
  }
  return new Map([...parts].filter(([, own]) => own.length > 0).sort(worstFirst));
}

const RANK: readonly Status[] = ["critical", "degraded", "unknown", "healthy"];

function worstFirst(
  [name, own]: readonly [string, readonly Stretch[]],
  [other, its]: readonly [string, readonly Stretch[]],
): number {
  const rank = (all: readonly Stretch[]) => Math.min(...all.map((one) => RANK.indexOf(one.status)));
  return rank(own) - rank(its) || name.localeCompare(other);
}

/** How much of the time it was healthy, 0 to 1, of the time of which one knows. */
export function healthyShare(stretches: readonly Stretch[], now: number): number {
  const length = (one: Stretch) => (one.to ?? now) - one.from;
  const all = stretches.reduce((sum, one) => sum + length(one), 0);
  const good = stretches.filter((one) => one.status === "healthy").reduce((sum, one) => sum + length(one), 0);
  return all > 0 ? good / all : 1;
}
