/** One tool in the list; below it, when it is to run, its form and the run as it goes on. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMayChange } from "../../api/session";
import { Icon } from "../../ui/Icon";
import styles from "./Equipment.module.css";
import { fieldsOf } from "./form";
import { type Tool, useRunNow } from "./queries";
import { RunForm } from "./RunForm";
import { RunView } from "./RunView";
import { Due, LastRun, NotAllowed, PauseButton, ToolMarks, useDescription } from "./ToolBits";

export function ToolRow({ tool, now }: { tool: Tool; now: number }) {
  const { t } = useTranslation();
  const description = useDescription();
  const mayChange = useMayChange();
  const asking = useRunNow(tool.name);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const hasFields = fieldsOf(tool.parameters).length > 0;
  const press = () => {
    if (!isOpen && !hasFields) asking.mutate({});
    setOpen(!isOpen);
  };
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <tbody>
      <tr data-open={isOpen}>
        <th scope="row" className={styles.name}>
          <Link to="/equipment/$tool" params={{ tool: tool.name }}>
            {tool.name}
          </Link>{" "}
          <ToolMarks tool={tool} />
          <p className={styles.about}>{description(tool)}</p>
          <NotAllowed tool={tool} />
        </th>
        <td data-label={t("equipment.next")}>
          <Due tool={tool} now={now} />
        </td>
        <td data-label={t("equipment.last")}>
          <LastRun tool={tool} />
        </td>
        <td className={styles.last}>
          <span className={styles.buttons}>
            {mayChange && tool.is_allowed ? (
              <Button
                ref={button}
                size="xs"
                variant={isOpen ? "light" : "default"}
                leftSection={<Icon name={isOpen ? "close" : "play"} size={14} />}
                aria-label={isOpen ? t("equipment.close") : t("equipment.runOf", { tool: tool.name })}
                aria-expanded={isOpen}
                onClick={press}
              >
                {isOpen ? t("equipment.close") : t("equipment.run")}
              </Button>
            ) : null}
            <PauseButton tool={tool} />
          </span>
        </td>
      </tr>
      {isOpen ? (
        <tr>
          <td
            colSpan={4}
            className={styles.panel}
            onKeyDown={(event) => {
              if (event.key === "Escape") close();
            }}
          >
            <div>
              <RunForm tool={tool} asking={asking} takesFocus={hasFields} />
              {asking.data ? <RunView key={asking.data.id} runId={asking.data.id} tool={tool.name} /> : null}
            </div>
          </td>
        </tr>
      ) : null}
    </tbody>
  );
}
