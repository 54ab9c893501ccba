/** The field for the next message. Enter sends; what could not be sent stays, and goes out once. */
import { ActionIcon, NativeSelect, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { TIERS, type Tier } from "../../api/client";
import { sessionsKey } from "../../api/orders";
import { useMayChange } from "../../api/session";
import { Icon } from "../../ui/Icon";
import { Complaint } from "../../ui/States";
import styles from "./Chat.module.css";
import { FileChips, FilePicker, useFiles } from "./Files";
import { keyed, send } from "./queries";
import { Voice } from "./Voice";

interface Props {
  sessionId: string | null;
  onSent: (sessionId: string) => void;
}

export function Composer(props: Props) {
  const { t } = useTranslation();
  if (!useMayChange()) return <p className={styles.composer}>{t("app.viewer")}</p>;
  return <Field {...props} />;
}

function Field({ sessionId, onSent }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [content, setContent] = useState("");
  const [tier, setTier] = useState<Tier | null>(null);
  const files = useFiles();
  const field = useRef<HTMLTextAreaElement>(null);
  const sending = useMutation({
    mutationFn: send,
    onSuccess: (sent) => {
      setContent("");
      files.clear();
      void client.invalidateQueries({ queryKey: sessionsKey });
      void client.invalidateQueries({ queryKey: ["conversation", sent.sessionId] });
      onSent(sent.sessionId);
    },
    onSettled: () => field.current?.focus(),
  });
  useEffect(() => {
    if (window.matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);
  const isEmpty = content.trim() === "" && files.picked.length === 0;
  const submit = () => {
    if (isEmpty || sending.isPending) return;
    const message = { content, tier, sessionId, attachments: files.picked.map((one) => one.attachment) };
    sending.mutate(keyed(message, sending.isError ? sending.variables : undefined));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229; // Enter chooses a Chinese word
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <FileChips files={files} />
      {sending.isError ? <p className={styles.small}>{t("chat.notSent")}</p> : null}
      <Complaint error={sending.error} />
      <Textarea
        ref={field}
        autosize
        minRows={1}
        maxRows={10}
        aria-label={t("chat.message")}
        placeholder={t("chat.placeholder")}
        value={content}
        onChange={(event) => setContent(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={(event) => void files.add(event.clipboardData.files)}
      />
      <div className={styles.row}>
        <NativeSelect
          size="xs"
          aria-label={t("chat.tier")}
          value={tier ?? ""}
          onChange={(event) => setTier((event.currentTarget.value || null) as Tier | null)}
          data={[
            { value: "", label: t("chat.auto") },
            ...TIERS.map((tier) => ({ value: tier, label: t(`role.${tier}`) })),
          ]}
        />
        <FilePicker files={files} />
        <Voice onRecorded={(file) => void files.add([file])} />
        <span className={styles.keys}>{t("chat.keys")}</span>
        <ActionIcon
          type="submit"
          size="lg"
          aria-label={sending.isPending ? t("chat.sending") : t("chat.send")}
          loading={sending.isPending}
          disabled={isEmpty}
        >
          <Icon name="send" />
        </ActionIcon>
      </div>
    </form>
  );
}
