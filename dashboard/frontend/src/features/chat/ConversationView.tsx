/** One conversation: its turns, and the field for the next one. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem";
import { useConnection, useCourse } from "../../live/LiveProvider";
import { Empty, Failure, Loading } from "../../ui/States";
import styles from "./Chat.module.css";
import { Composer } from "./Composer";
import { conversationOptions } from "./queries";
import { TurnView } from "./TurnView";
import { turnsOf } from "./turns";
import { useStickToEnd } from "./useStickToEnd";

const SHOWN = 40;

export function ConversationView({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation();
  const { state } = useConnection();
  const course = useCourse(sessionId);
  const stored = useQuery(conversationOptions(sessionId, state === "open"));
  const [shown, setShown] = useState(SHOWN);
  const turns = useMemo(() => turnsOf(stored.data?.messages ?? [], course), [stored.data, course]);
  const end = useStickToEnd(turns);
  if (stored.error instanceof ApiProblem && stored.error.status === 404) {
    return <Empty title={t("chat.noSession")} />;
  }
  if (!stored.data && stored.isError) {
    return <Failure error={stored.error} onRetry={() => void stored.refetch()} />;
  }
  return (
    <>
      <div
        className={styles.turns}
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={stored.isPending}
      >
        {turns.length > shown ? (
          <Button variant="subtle" size="xs" onClick={() => setShown(shown + SHOWN)}>
            {t("chat.older")}
          </Button>
        ) : null}
        {stored.isPending && turns.length === 0 ? <Loading /> : null}
        {turns.slice(-shown).map((turn) => (
          <TurnView key={turn.orderId} turn={turn} />
        ))}
        <div ref={end.ref} />
      </div>
      {end.isAway ? (
        <Button className={styles.newest ?? ""} size="compact-sm" variant="default" onClick={end.go}>
          {t("chat.newer")}
        </Button>
      ) : null}
      <Composer sessionId={sessionId} onSent={end.go} />
    </>
  );
}
