/** Asks for a run, with the parameters that the tool takes. Wrong ones are said beside their fields. */
import { Button } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import { Complaint } from "../../ui/States";
import styles from "./Equipment.module.css";
import { type Fault, faultsOf, fieldsOf, saidOf, textsOf, valuesOf } from "./form";
import { ParameterFields } from "./ParameterFields";
import type { Tool, useRunNow } from "./queries";

interface Props {
  tool: Tool;
  asking: ReturnType<typeof useRunNow>;
  /** Somebody has just opened it. */
  takesFocus?: boolean;
}

export function RunForm({ tool, asking, takesFocus = false }: Props) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const fields = fieldsOf(tool.parameters);
  const [texts, setTexts] = useState(() => textsOf(fields));
  const [faults, setFaults] = useState<ReadonlyMap<string, Fault>>(new Map());
  useEffect(() => {
    if (takesFocus) form.current?.querySelector<HTMLElement>("input, select, button")?.focus();
  }, [takesFocus]);
  const said = saidOf(asking.error, "parameters");
  const isSaid = fields.some((field) => said.has(field.name));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = faultsOf(fields, texts);
    setFaults(found);
    if (found.size === 0) asking.mutate(valuesOf(fields, texts));
    else form.current?.querySelector<HTMLElement>(`[name="${[...found.keys()][0]}"]`)?.focus();
  };
  return (
    <form
      ref={form}
      className={styles.form}
      aria-label={t("equipment.runOf", { tool: tool.name })}
      noValidate
      onSubmit={submit}
    >
      <ParameterFields fields={fields} texts={texts} faults={faults} said={said} onChange={setTexts} />
      <Button
        type="submit"
        size="xs"
        leftSection={<Icon name="play" size={14} />}
        loading={asking.isPending}
        disabled={!tool.is_allowed}
      >
        {asking.data ? t("equipment.again") : t("equipment.run")}
      </Button>
      <Complaint error={isSaid ? null : asking.error} />
    </form>
  );
}
