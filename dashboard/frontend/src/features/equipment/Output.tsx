/** What a run printed: data, so neither markdown nor links. Copied and saved as it is shown, without commands in it. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../ui/Bits";
import { bytes } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { readable } from "../../ui/text";
import styles from "./Equipment.module.css";
import type { Run } from "./queries";

/** What is kept of a flood is less than what was printed; a few bytes go with what cannot be shown. */
const IS_CUT = 1.5;

export function Output({ run }: { run: Run }) {
  const { t } = useTranslation();
  const text = readable(run.output ?? "").replace(/\s+$/, "");
  const printed = run.output_bytes ?? 0;
  if (text === "") return <p className={styles.quiet}>{t("equipment.noOutput")}</p>;
  const isCut = printed > new Blob([run.output ?? ""]).size * IS_CUT;
  return (
    <figure className={styles.output} aria-label={t("equipment.outputOf", { tool: run.tool })}>
      <figcaption>
        <span>{isCut ? t("equipment.cut", { size: bytes(printed) }) : t("equipment.output")}</span>
        <span className={styles.tools}>
          <CopyButton text={text} label={t("equipment.copy")} />
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            className={styles.quietButton ?? ""}
            leftSection={<Icon name="save" size={14} />}
            aria-label={t("equipment.saveOf")}
            onClick={() => save(run, text)}
          >
            {t("equipment.save")}
          </Button>
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long output is scrolled by keyboard */}
      <pre tabIndex={0} dir="ltr">
        {text}
      </pre>
    </figure>
  );
}

function save(run: Run, text: string): void {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${run.tool}-${run.id}.txt`.replace(/[^\w.-]/g, "_");
  link.click();
  URL.revokeObjectURL(url);
}
