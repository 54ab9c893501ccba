/** In place of a page that failed: most likely its code did not come, because the gateway is away or has a newer one. */
import { useEffect, useState } from "react";
import { ConnectionLost } from "../api/problem";
import { useConnection } from "../live/LiveProvider";
import { Failure } from "../ui/States";

/** Loads everything anew as soon as there is somebody to load it from, and never before. */
export function PageLost({ error }: { error: Error }) {
  const { state } = useConnection();
  const [wasAway, setAway] = useState(false);
  const isCode = error instanceof ConnectionLost;
  useEffect(() => {
    if (state !== "open") setAway(true);
    else if (isCode && wasAway) window.location.reload();
  }, [state, isCode, wasAway]);
  const retry = async () => {
    const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) window.location.reload();
  };
  return <Failure error={error} onRetry={() => void retry()} />;
}
