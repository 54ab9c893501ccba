/** The fields of a tool's parameters, made from its JSON schema. */
import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { oneLine } from "../../ui/text";
import type { Fault, Field, Texts } from "./form";

interface Props {
  fields: readonly Field[];
  texts: Texts;
  /** What the page itself sees, by field. */
  faults: ReadonlyMap<string, Fault>;
  /** What the gateway said, by field. */
  said: ReadonlyMap<string, string>;
  onChange: (texts: Texts) => void;
}

const MOST_CHARS = 300;

export function ParameterFields({ fields, texts, faults, said, onChange }: Props) {
  const faultWords = useFaultWords();
  return fields.map((field) => {
    const fault = faults.get(field.name);
    const message = said.get(field.name);
    return (
      <Parameter
        key={field.name}
        field={field}
        text={texts[field.name] ?? ""}
        error={fault ? faultWords(fault) : message ? oneLine(message, MOST_CHARS) : null}
        onChange={(text) => onChange({ ...texts, [field.name]: text })}
      />
    );
  });
}

interface OneProps {
  field: Field;
  text: string;
  error: string | null;
  onChange: (text: string) => void;
}

function Parameter({ field, text, error, onChange }: OneProps) {
  const { t } = useTranslation();
  const common = {
    size: "xs",
    label: field.name,
    description: useHelp(field),
    error,
    name: field.name,
  } as const;
  if (field.kind === "boolean") {
    return (
      <Checkbox
        {...common}
        checked={text === "true"}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    );
  }
  if (field.kind === "choice") {
    const none = field.isNeeded || field.standard !== null ? [] : [{ value: "", label: "–" }];
    const choices = field.choices.map((value) => ({ value, label: oneLine(value, 80) }));
    return (
      <NativeSelect
        {...common}
        value={text}
        data={[...none, ...choices]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      inputMode={field.kind === "text" ? "text" : field.kind === "integer" ? "numeric" : "decimal"}
      autoComplete="off"
      spellCheck={false}
      required={field.isNeeded}
      withAsterisk={false}
      value={text}
      placeholder={field.isNeeded ? "" : (field.standard ?? t("equipment.optional"))}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** What the tool says of it, the default, and the bounds. */
function useHelp(field: Field): string | null {
  const { t } = useTranslation();
  const words = [oneLine(field.help, MOST_CHARS)];
  if (field.standard !== null && field.kind !== "boolean" && field.standard !== "")
    words.push(t("equipment.standard", { value: oneLine(field.standard, 60) }));
  return words.filter(Boolean).join(" · ") || null;
}

function useFaultWords(): (fault: Fault) => string {
  const { t } = useTranslation();
  return (fault) => ("n" in fault ? t(`equipment.${fault.is}`, { n: fault.n }) : t(`equipment.${fault.is}`));
}
