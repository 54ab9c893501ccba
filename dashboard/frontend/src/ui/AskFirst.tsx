/** A button for what cannot be taken back: the question comes where the button was, and No has the focus. */
import { Button } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./AskFirst.module.css";

interface Props {
  /** On the button, and on the one that says yes. */
  label: string;
  /** What the button is called where several have the same label. */
  name?: string;
  question: string;
  isPending: boolean;
  onYes: () => void;
}

export function AskFirst({ label, name, question, isPending, onYes }: Props) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) no.current?.focus();
    else if (wasAsking.current) button.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  if (!isAsking) {
    return (
      <Button
        ref={button}
        size="xs"
        variant="default"
        aria-label={name ?? label}
        loading={isPending}
        onClick={() => setAsking(true)}
      >
        {label}
      </Button>
    );
  }
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    setAsking(false);
  };
  const agree = () => {
    setAsking(false);
    onYes();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend, which the question is
    <div className={styles.ask} role="group" aria-label={question} onKeyDown={leave}>
      <span>{question}</span>
      <span className={styles.buttons}>
        <Button size="xs" variant="default" className={styles.yes ?? ""} onClick={agree}>
          {label}
        </Button>
        <Button ref={no} size="xs" variant="default" onClick={() => setAsking(false)}>
          {t("state.no")}
        </Button>
      </span>
    </div>
  );
}
