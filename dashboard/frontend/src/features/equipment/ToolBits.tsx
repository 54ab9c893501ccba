/** What the list and a tool's own page both show of a tool. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMayChange } from "../../api/session";
import { Mark, Moment } from "../../ui/Bits";
import { duration, fromNow } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Complaint } from "../../ui/States";
import { oneLine, readable } from "../../ui/text";
import { Words } from "../../ui/Words";
import { cronWords } from "./cronWords";
import styles from "./Equipment.module.css";
import { type Tool, usePause } from "./queries";
import { RunMark, Who } from "./RunFacts";

/** What it does, in the reader's language where the tool has it. */
export function useDescription(): (tool: Tool) => string {
  const { i18n } = useTranslation();
  return (tool) =>
    oneLine(i18n.language.startsWith("zh") ? tool.description_zh || tool.description : tool.description, 300);
}

/** A schedule in words; what is too special for them as it is written. */
export function useCronWords(): (cron: string) => string | null {
  const { t, i18n } = useTranslation();
  return (cron) => {
    const words = cronWords(cron, i18n.language);
    // The types want the holes of all sentences at once, of which each has its own.
    return words && String(t(`equipment.cronWords.${words.is}`, words as never));
  };
}

/** What holds of a tool, in words; the gateway knows some that the page does not. */
export function useScheduleWords(): (tool: Tool) => string | null {
  const { i18n } = useTranslation();
  const inWords = useCronWords();
  return ({ schedule }) => {
    const said = i18n.language.startsWith("zh") ? schedule.in_words_zh : schedule.in_words;
    return schedule.cron === null ? null : (inWords(schedule.cron) ?? (said && readable(said)));
  };
}

export function ToolMarks({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  return (
    <>
      {tool.is_own_script ? <Mark tone="info">{t("equipment.own")}</Mark> : null}
      {tool.is_allowed ? null : <Mark tone="warn">{t("equipment.notAllowed")}</Mark>}
      {tool.per_host ? <Mark tone="still">{t("equipment.perHost")}</Mark> : null}
      {tool.schedule.is_paused ? <Mark tone="warn">{t("equipment.paused")}</Mark> : null}
    </>
  );
}

export function NotAllowed({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  if (tool.is_allowed) return null;
  return (
    <p className={styles.warning}>
      <Words>{t("equipment.notAllowedText")}</Words>
    </p>
  );
}

/** When it comes due: how long until then, the moment, and the schedule in words. */
export function Due({ tool, now }: { tool: Tool; now: number }) {
  const { t, i18n } = useTranslation();
  const inWords = useScheduleWords();
  const { cron, is_paused, next_due_at } = tool.schedule;
  if (!cron) return <span className={styles.quiet}>{t("equipment.byHand")}</span>;
  const words = inWords(tool);
  const isNext = next_due_at !== null && !is_paused && tool.is_allowed;
  return (
    <span className={styles.two}>
      {isNext ? (
        <>
          <span>
            {Date.parse(next_due_at) > now
              ? fromNow(next_due_at, i18n.language, now)
              : t("equipment.overdue")}
          </span>
          <span className={styles.quiet}>
            <Moment at={next_due_at} />
          </span>
        </>
      ) : null}
      <span className={styles.quiet}>{words ?? <code>{oneLine(cron, 80)}</code>}</span>
    </span>
  );
}

export function DueTimes({ times, now }: { times: readonly string[]; now: number }) {
  const { t, i18n } = useTranslation();
  return (
    <ol className={styles.due}>
      {times.map((at) => (
        <li key={at}>
          <Moment at={at} />{" "}
          <span className={styles.quiet}>
            {Date.parse(at) > now ? fromNow(at, i18n.language, now) : t("equipment.overdue")}
          </span>
        </li>
      ))}
    </ol>
  );
}

export function LastRun({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const run = tool.last_run;
  if (!run) return <span className={styles.quiet}>{t("equipment.never")}</span>;
  return (
    <span className={styles.two}>
      <span>
        <RunMark run={run} />{" "}
        <span className={styles.quiet}>{run.duration_ms === null ? null : duration(run.duration_ms)}</span>
      </span>
      <span className={styles.quiet}>
        <Moment at={run.finished_at ?? run.started_at ?? run.asked_at} /> · <Who by={run.triggered_by} />
      </span>
    </span>
  );
}

/** For the owner only, and only where there is a schedule to pause. */
export function PauseButton({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const pausing = usePause(tool.name);
  const { is_paused, cron } = tool.schedule;
  if (!mayChange || (!is_paused && cron === null)) return null;
  return (
    <>
      <Button
        size="xs"
        variant={is_paused ? "filled" : "default"}
        leftSection={<Icon name={is_paused ? "play" : "pause"} size={14} />}
        aria-label={t(is_paused ? "equipment.resumeOf" : "equipment.pauseOf", { tool: tool.name })}
        loading={pausing.isPending}
        onClick={() => pausing.mutate(!is_paused)}
      >
        {t(is_paused ? "equipment.resume" : "equipment.pause")}
      </Button>
      <Complaint error={pausing.error} />
    </>
  );
}
