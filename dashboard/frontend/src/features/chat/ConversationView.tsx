/** One conversation from its end: its turns, earlier ones on demand, and the field for the next one. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem";
import { useCourse, usePace } from "../../live/LiveProvider";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import styles from "./Chat.module.css";
import { Composer } from "./Composer";
import { conversationOptions, messagesOf } from "./queries";
import { TurnView } from "./TurnView";
import { turnsOf } from "./turns";
import { useStart } from "./useStart";
import { useKeepPlace, useStickToEnd } from "./useStickToEnd";

const SHOWN = 30;
const PACE_MS = 4_000;

export function ConversationView({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation();
  const stored = useInfiniteQuery({ ...conversationOptions(sessionId), refetchInterval: usePace(PACE_MS) });
  const course = useCourse(sessionId, useStart(stored.data?.pages));
  const [shown, setShown] = useState(SHOWN);
  const turns = useMemo(() => {
    const messages = messagesOf(stored.data?.pages ?? []);
    // The answer of a turn may be in this part and its question in the one before.
    return turnsOf(messages, course).filter((turn) => turn.question !== "" || !stored.hasNextPage);
  }, [stored.data, stored.hasNextPage, course]);
  const visible = turns.slice(-shown);
  const end = useStickToEnd(turns);
  const top = useKeepPlace(visible[0]?.orderId);
  if (stored.error instanceof ApiProblem && stored.error.status === 404) {
    return <Empty title={t("chat.noSession")} />;
  }
  if (!stored.data && stored.isError) {
    return <Failure error={stored.error} onRetry={() => void stored.refetch()} />;
  }
  const showEarlier = () => {
    top.remember();
    setShown(visible.length + SHOWN);
    if (turns.length < shown + SHOWN && stored.hasNextPage) void stored.fetchNextPage();
  };
  return (
    <>
      <div
        className={styles.turns}
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={stored.isPending}
      >
        <Complaint error={stored.isFetchNextPageError ? stored.error : null} />
        {turns.length > shown || stored.hasNextPage ? (
          <Button variant="subtle" size="xs" loading={stored.isFetchingNextPage} onClick={showEarlier}>
            {t("chat.older")}
          </Button>
        ) : null}
        {stored.isPending && turns.length === 0 ? <Loading /> : null}
        <div ref={top.ref}>
          {visible.map((turn) => (
            <TurnView key={turn.orderId} turn={turn} />
          ))}
        </div>
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
