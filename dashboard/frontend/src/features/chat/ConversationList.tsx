/** The conversations, the one in which something happened last first. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePace } from "../../live/LiveProvider";
import { Moment } from "../../ui/Bits";
import { Empty, Failure, Loading, Partial } from "../../ui/States";
import { oneLine } from "../../ui/text";
import styles from "./Chat.module.css";
import { sessionsOptions } from "./queries";

const PACE_MS = 15_000;

export function ConversationList({ onPick }: { onPick: () => void }) {
  const { t } = useTranslation();
  return (
    <nav className={styles.list} aria-label={t("chat.conversations")}>
      <Conversations onPick={onPick} />
    </nav>
  );
}

function Conversations({ onPick }: { onPick: () => void }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery({ ...sessionsOptions, refetchInterval: usePace(PACE_MS) });
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const all = found.data.pages.flatMap((page) => page.items);
  const sessions = [...new Map(all.map((session) => [session.id, session])).values()]; // one may move between pages
  if (sessions.length === 0) return <Empty title={t("chat.none")}>{t("chat.noneText")}</Empty>;
  return (
    <>
      <Partial when={found.data.pages[0]?.partial} />
      <ul>
        {sessions.map((session) => (
          <li key={session.id}>
            <Link
              to="/chat/$sessionId"
              params={{ sessionId: session.id }}
              className={styles.entry ?? ""}
              activeProps={{ "aria-current": "page" }}
              onClick={onPick}
            >
              <span className={styles.entryTitle}>{oneLine(session.title, 90)}</span>
              <span className={styles.entryFacts}>
                <Moment at={session.updated_at} /> · {t(`channel.${session.channel}`)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {found.hasNextPage ? (
        <Button
          variant="subtle"
          size="xs"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("state.more")}
        </Button>
      ) : null}
    </>
  );
}
