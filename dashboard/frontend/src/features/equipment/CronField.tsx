/** Where a schedule is written: what it means, and when it would come due next, stand below it while one writes. */
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { oneLine } from "../../ui/text";
import { Words } from "../../ui/Words";
import { isComplete } from "./cronWords";
import styles from "./Equipment.module.css";
import { saidOf } from "./form";
import { previewOptions, type Tool } from "./queries";
import { DueTimes, useCronWords, useScheduleWords } from "./ToolBits";

const SUGGESTIONS = {
  hourly: "0 * * * *",
  daily: "0 3 * * *",
  weekly: "0 3 * * 1",
  monthly: "0 3 1 * *",
} as const;
const LONGEST = 128;
const MOST_CHARS = 300;
const PAUSE_MS = 350;

interface Props {
  tool: Tool;
  cron: string;
  /** What the gateway said when it was to be saved. */
  said: string | undefined;
  onChange: (cron: string) => void;
}

export function CronField({ tool, cron, said, onChange }: Props) {
  const { t } = useTranslation();
  const inWords = useCronWords();
  const field = useRef<HTMLInputElement>(null);
  const preview = usePreview(tool, cron);
  useEffect(() => field.current?.focus(), []);
  const own = tool.schedule.default_cron;
  const ownWords = own === null ? t("equipment.noOwn") : (inWords(own) ?? own);
  const wrong = said ?? preview.wrong;
  return (
    <div className={styles.cron}>
      <TextInput
        ref={field}
        size="xs"
        label={t("equipment.cron")}
        description={<Words>{t("equipment.cronHint", { own: ownWords })}</Words>}
        maxLength={LONGEST}
        autoComplete="off"
        spellCheck={false}
        value={cron}
        error={wrong === undefined ? null : oneLine(wrong, MOST_CHARS)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <fieldset className={styles.suggestions}>
        <legend className="visually-hidden">{t("equipment.often")}</legend>
        {(Object.keys(SUGGESTIONS) as (keyof typeof SUGGESTIONS)[]).map((name) => (
          <Button
            key={name}
            size="compact-xs"
            variant="default"
            onClick={() => {
              onChange(SUGGESTIONS[name]);
              field.current?.focus();
            }}
          >
            {t(`equipment.suggestion.${name}`)}
          </Button>
        ))}
      </fieldset>
      <div className={styles.preview} role="status">
        <strong>{preview.words ?? (cron.trim() === "" ? ownWords : null)}</strong>
        {preview.times.length > 0 ? <DueTimes times={preview.times} now={Date.now()} /> : null}
      </div>
    </div>
  );
}

interface Preview {
  words: string | null;
  times: readonly string[];
  wrong: string | undefined;
}

/** The words at once, the due times and what is wrong when the gateway has said them. */
function usePreview(tool: Tool, cron: string): Preview {
  const { t } = useTranslation();
  const inWords = useCronWords();
  const scheduleWords = useScheduleWords();
  const meant = cron.trim() === "" ? (tool.schedule.default_cron ?? "") : cron.trim();
  const [settled] = useDebouncedValue(meant, PAUSE_MS);
  const found = useQuery({
    ...previewOptions(tool.name, settled),
    enabled: isComplete(settled),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (meant === "") return { words: null, times: [], wrong: undefined };
  if (!isComplete(meant)) return { words: t("equipment.fields"), times: [], wrong: undefined };
  const isOfThis = settled === meant && !found.isPlaceholderData;
  const wrong = isOfThis ? saidOf(found.error, "").get("cron") : undefined;
  const said = isOfThis && found.data ? scheduleWords({ ...tool, schedule: found.data }) : null;
  return {
    words: wrong === undefined ? (inWords(meant) ?? said) : null,
    times: isOfThis && wrong === undefined ? (found.data?.next_due_times ?? []) : [],
    wrong,
  };
}
