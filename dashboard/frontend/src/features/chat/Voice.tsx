/** The button that records a voice message; where the browser gives no microphone, sounds can be attached as files. */
import { ActionIcon, Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNow } from "../../ui/Bits";
import { Icon } from "../../ui/Icon";
import { readable } from "../../ui/text";
import styles from "./Chat.module.css";
import { mayRecord, useRecorder } from "./useRecorder";

export function Voice({ onRecorded }: { onRecorded: (file: File) => void }) {
  const { t } = useTranslation();
  const [isThere] = useState(mayRecord);
  const recorder = useRecorder((sound) => onRecorded(fileOf(sound, t("chat.recordName"))));
  const now = useNow(recorder.since !== null);
  if (!isThere) return null;
  if (recorder.since === null) {
    return (
      <>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("chat.record")}
          title={t("chat.record")}
          onClick={() => void recorder.start()}
        >
          <Icon name="mic" />
        </ActionIcon>
        {recorder.trouble ? (
          <span className={styles.trouble} role="alert">
            {t("chat.noMicrophone", { why: readable(recorder.trouble) })}
          </span>
        ) : null}
      </>
    );
  }
  return (
    <span className={styles.recording}>
      <span className={styles.red} aria-hidden="true" />
      <span role="timer">{t("chat.recording", { time: clock(now - recorder.since) })}</span>
      <Button size="compact-sm" onClick={() => recorder.stop(true)}>
        {t("chat.recordStop")}
      </Button>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("chat.recordDrop")}
        title={t("chat.recordDrop")}
        onClick={() => recorder.stop(false)}
      >
        <Icon name="close" size={16} />
      </ActionIcon>
    </span>
  );
}

function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function fileOf(sound: Blob, name: string): File {
  const ending = sound.type.includes("wav") ? "wav" : sound.type.includes("mp4") ? "m4a" : "webm";
  const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return new File([sound], `${name} ${time}.${ending}`, { type: sound.type });
}
