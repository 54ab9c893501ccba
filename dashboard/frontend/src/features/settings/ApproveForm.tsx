/** Lets in whoever has the code. */
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Complaint } from "../../ui/States";
import { oneLine } from "../../ui/text";
import { useApprove } from "./queries";
import styles from "./Settings.module.css";

export function ApproveForm() {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const approving = useApprove();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) approving.mutate(code.trim(), { onSuccess: () => setCode("") });
  };
  return (
    <>
      <form className={styles.form} onSubmit={submit}>
        <TextInput
          size="xs"
          label={t("settings.telegram.codeLabel")}
          description={t("settings.telegram.codeHint")}
          placeholder="7K3M-9XQ2"
          value={code}
          maxLength={64}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" disabled={!code.trim()} loading={approving.isPending}>
          {t("settings.telegram.doApprove")}
        </Button>
      </form>
      <p role="status" className={styles.quiet}>
        {approving.data ? t("settings.telegram.approved", { name: oneLine(approving.data.name, 80) }) : null}
      </p>
      <Complaint error={approving.error} />
    </>
  );
}
