/** The last runs of a tool as bars, and what there is to say of them. Pure. */
import type { Run } from "./queries";

export interface Bar {
  run: Run;
  /** From 0 to 1: the share of the height. */
  height: number;
}

export interface Summary {
  ended: number;
  done: number;
  halfMs: number | null;
  longestMs: number | null;
}

/** So that a run of no time is seen. */
const LEAST = 0.12;

/** Bars from the oldest to the newest, of at most `most` runs. A root, so that one long run leaves the others seen. */
export function barsOf(newestFirst: readonly Run[], most: number): Bar[] {
  const runs = newestFirst.slice(0, most).reverse();
  const longest = Math.max(1, ...runs.map((run) => run.duration_ms ?? 0));
  return runs.map((run) => ({ run, height: Math.max(LEAST, Math.sqrt((run.duration_ms ?? 0) / longest)) }));
}

export function summaryOf(runs: readonly Run[]): Summary {
  const ended = runs.filter((run) => run.status !== "asked" && run.status !== "running");
  const times = ended
    .flatMap((run) => (run.duration_ms === null ? [] : [run.duration_ms]))
    .sort((a, b) => a - b);
  return {
    ended: ended.length,
    done: ended.filter((run) => run.status === "done").length,
    halfMs: times[Math.floor((times.length - 1) / 2)] ?? null,
    longestMs: times.at(-1) ?? null,
  };
}
