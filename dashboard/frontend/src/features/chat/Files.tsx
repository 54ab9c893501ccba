/** Attachments of the message that is being written. */
import { ActionIcon, CloseButton } from "@mantine/core";
import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import styles from "./Chat.module.css";
import { ACCEPTED, MOST_BYTES, MOST_FILES, type Picked, picked, type Refused } from "./files";

type Trouble = Refused | { why: "tooMany" };

export interface Files {
  picked: Picked[];
  trouble: Trouble | null;
  add(list: Iterable<File> | ArrayLike<File>): Promise<void>;
  remove(id: string): void;
  clear(): void;
}

export function useFiles(): Files {
  const [list, setList] = useState<Picked[]>([]);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const newest = useRef(list);
  newest.current = list;
  const add = useCallback(async (files: Iterable<File> | ArrayLike<File>) => {
    for (const file of Array.from(files)) {
      if (newest.current.length >= MOST_FILES) return setTrouble({ why: "tooMany" });
      const one = await picked(file, newest.current);
      if ("why" in one) return setTrouble(one);
      setTrouble(null);
      newest.current = [...newest.current, one];
      setList(newest.current);
    }
  }, []);
  return {
    picked: list,
    trouble,
    add,
    remove: (id) => setList(list.filter((one) => one.id !== id)),
    clear: () => setList([]),
  };
}

export function FilePicker({ files }: { files: Files }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        onChange={(event) => {
          void files.add(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
        }}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t("chat.attach")}
        onClick={() => input.current?.click()}
      >
        <Icon name="attach" />
      </ActionIcon>
    </>
  );
}

export function FileChips({ files }: { files: Files }) {
  const { t } = useTranslation();
  const { trouble } = files;
  return (
    <>
      {files.picked.length > 0 ? (
        <ul className={styles.chips} aria-label={t("chat.attachments")}>
          {files.picked.map((one) => (
            <li key={one.id}>
              {one.name}
              <CloseButton
                size="xs"
                aria-label={t("chat.remove", { name: one.name })}
                onClick={() => files.remove(one.id)}
              />
            </li>
          ))}
        </ul>
      ) : null}
      {trouble ? (
        <p className={styles.trouble} role="alert">
          {trouble.why === "tooMany"
            ? t("chat.tooMany", { n: MOST_FILES })
            : t(`chat.${trouble.why}`, { name: trouble.name, mb: MOST_BYTES / 1024 / 1024 })}
        </p>
      ) : null}
    </>
  );
}
