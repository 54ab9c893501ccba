/** The chat: the conversations beside the one that is open. */
import { ActionIcon } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import { Empty } from "../../ui/States";
import styles from "./Chat.module.css";
import { Composer } from "./Composer";
import { ConversationList } from "./ConversationList";
import { ConversationView } from "./ConversationView";

export function NewChat() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const opened = useCallback(
    (sessionId: string) => void navigate({ to: "/chat/$sessionId", params: { sessionId } }),
    [navigate],
  );
  return (
    <Frame title={t("chat.newOne")}>
      <div className={styles.turns}>
        <Empty title={t("chat.newOne")}>{t("chat.emptyText")}</Empty>
      </div>
      <Composer sessionId={null} onSent={opened} />
    </Frame>
  );
}

export function OpenChat() {
  const { sessionId } = useParams({ from: "/chat/$sessionId" });
  const { t } = useTranslation();
  return (
    <Frame title={t("chat.title")}>
      <ConversationView key={sessionId} sessionId={sessionId} />
    </Frame>
  );
}

function Frame({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [isListShown, setListShown] = useState(false);
  return (
    <div className={styles.page} data-list={isListShown}>
      <div className={styles.bar}>
        <ActionIcon
          className={styles.toggle ?? ""}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("chat.conversations")}
          aria-expanded={isListShown}
          onClick={() => setListShown(!isListShown)}
        >
          <Icon name={isListShown ? "close" : "list"} />
        </ActionIcon>
        <h1 className={styles.heading}>{title}</h1>
        <Link to="/chat" className={styles.newLink ?? ""} onClick={() => setListShown(false)}>
          <Icon name="plus" size={16} /> {t("chat.newOne")}
        </Link>
      </div>
      <ConversationList onPick={() => setListShown(false)} />
      <div className={styles.talk}>{children}</div>
    </div>
  );
}
