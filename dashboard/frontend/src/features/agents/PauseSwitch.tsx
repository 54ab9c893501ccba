/** Pauses a role, with a reason if one likes, and lets it go on. Nothing is shown as done before the gateway says so. */
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Agent } from "../../api/agents";
import { useMayChange } from "../../api/session";
import { moment } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Complaint } from "../../ui/States";
import { actorName, oneLine } from "../../ui/text";
import styles from "./Agents.module.css";
import { useTurn } from "./queries";

const MOST_CHARS = 500;

export function PauseSwitch({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const turn = useTurn(agent.role);
  const [isAsking, setAsking] = useState(false);
  const role = t(`role.${agent.role}`);
  const pause = (reason: string) =>
    turn.mutate({ kind: "pause", reason }, { onSuccess: () => setAsking(false) });
  if (!agent.paused && !mayChange) return null;
  return (
    <div className={styles.switch}>
      {agent.paused ? <PausedState agent={agent} paused={agent.paused} /> : null}
      {agent.paused && mayChange ? (
        <Button
          size="xs"
          leftSection={<Icon name="play" size={14} />}
          aria-label={t("agents.resumeOf", { role })}
          loading={turn.isPending}
          onClick={() => turn.mutate({ kind: "resume" })}
        >
          {t("agents.resume")}
        </Button>
      ) : null}
      {!agent.paused && !isAsking ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="pause" size={14} />}
          aria-label={t("agents.pauseOf", { role })}
          onClick={() => setAsking(true)}
        >
          {t("agents.pause")}
        </Button>
      ) : null}
      {!agent.paused && isAsking ? (
        <PauseForm
          agent={agent}
          isPending={turn.isPending}
          onPause={pause}
          onKeep={() => {
            turn.reset();
            setAsking(false);
          }}
        />
      ) : null}
      <Complaint error={turn.error} />
    </div>
  );
}

function PausedState({ agent, paused }: { agent: Agent; paused: NonNullable<Agent["paused"]> }) {
  const { t, i18n } = useTranslation();
  const orders =
    agent.waiting === 1
      ? t("agents.orderWaits")
      : agent.waiting > 0
        ? t("agents.ordersWait", { n: agent.waiting })
        : t("agents.noOrderWaits");
  const fact = { since: moment(paused.since, i18n.language), by: actorName(paused.by), orders };
  return (
    <p className={styles.paused} role="status">
      {paused.reason
        ? t("agents.pausedWhy", { ...fact, reason: oneLine(paused.reason, MOST_CHARS) })
        : t("agents.pausedSince", fact)}
    </p>
  );
}

interface FormProps {
  agent: Agent;
  isPending: boolean;
  onPause: (reason: string) => void;
  onKeep: () => void;
}

function PauseForm({ agent, isPending, onPause, onKeep }: FormProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPause(field.current?.value.trim() ?? "");
  };
  const role = t(`role.${agent.role}`);
  return (
    <form
      className={styles.form}
      aria-label={t("agents.pauseOf", { role })}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onKeep();
      }}
    >
      <p className={styles.quiet}>
        {agent.role === "admin" ? t("agents.pauseDesk") : t("agents.pauseText", { role })}
      </p>
      <TextInput ref={field} size="xs" label={t("agents.reason")} maxLength={MOST_CHARS} />
      <div className={styles.buttons}>
        <Button type="submit" size="xs" loading={isPending}>
          {t("agents.pause")}
        </Button>
        <Button size="xs" variant="default" disabled={isPending} onClick={onKeep}>
          {t("agents.keep")}
        </Button>
      </div>
    </form>
  );
}
