/** Gives a tool a schedule, the parameters of its due runs, and who hears of them. */
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Complaint } from "../../ui/States";
import { oneLine } from "../../ui/text";
import { Words } from "../../ui/Words";
import { CronField } from "./CronField";
import styles from "./Equipment.module.css";
import { type Fault, type Field, faultsOf, fieldsOf, saidOf, type Texts, textsOf, valuesOf } from "./form";
import { ParameterFields } from "./ParameterFields";
import { type Plan, type Tool, usePlan, type Values } from "./queries";

const LONGEST_TELL = 32;

export function ScheduleForm({ tool, onDone }: { tool: Tool; onDone: (saved: boolean) => void }) {
  const { t } = useTranslation();
  const planning = usePlan(tool.name);
  const fields = fieldsOf(tool.parameters);
  const { schedule } = tool;
  const [cron, setCron] = useState(schedule.own_cron ?? "");
  const [tell, setTell] = useState(schedule.tell ?? "");
  const [texts, setTexts] = useState(() => textsOf(fields, schedule.parameters));
  const [faults, setFaults] = useState<ReadonlyMap<string, Fault>>(new Map());
  const said = saidOf(planning.error, "parameters");
  const isSaid = ["cron", "tell", ...fields.map((field) => field.name)].some((name) => said.has(name));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = faultsOf(fields, texts);
    setFaults(found);
    if (found.size > 0) return;
    const plan: Plan = {
      cron: cron.trim() || null,
      parameters: changed(fields, texts),
      tell: tell.trim() || null,
    };
    planning.mutate(plan, { onSuccess: () => onDone(true) });
  };
  return (
    <form
      className={styles.plan}
      aria-label={t("equipment.change")}
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone(false);
      }}
    >
      <CronField tool={tool} cron={cron} said={said.get("cron")} onChange={setCron} />
      {fields.length > 0 ? (
        <fieldset className={styles.group}>
          <legend>{t("equipment.with")}</legend>
          <ParameterFields fields={fields} texts={texts} faults={faults} said={said} onChange={setTexts} />
        </fieldset>
      ) : null}
      <TextInput
        size="xs"
        label={t("equipment.tell")}
        description={<Words>{t("equipment.tellHint")}</Words>}
        maxLength={LONGEST_TELL}
        value={tell}
        error={said.has("tell") ? oneLine(said.get("tell") ?? "", 300) : null}
        onChange={(event) => setTell(event.currentTarget.value)}
      />
      <div className={styles.buttons}>
        <Button type="submit" size="xs" loading={planning.isPending}>
          {t("equipment.keep")}
        </Button>
        <Button size="xs" variant="default" disabled={planning.isPending} onClick={() => onDone(false)}>
          {t("state.no")}
        </Button>
      </div>
      <Complaint error={isSaid ? null : planning.error} />
    </form>
  );
}

/** What is to be stored: null when everything is as the tool has it, so that its defaults may change. */
function changed(fields: readonly Field[], texts: Texts): Values | null {
  const values = valuesOf(fields, texts);
  const standard = valuesOf(fields, textsOf(fields));
  return JSON.stringify(values) === JSON.stringify(standard) ? null : values;
}
