/** Changes one limit while the company runs. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { budgetOptions } from "../../api/budget";
import { api, ROLES, unwrap } from "../../api/client";
import { Complaint } from "../../ui/States";
import styles from "./Budget.module.css";

type Limit = number | null | "setting";
const SCOPES = ["company", ...ROLES] as const;
const KINDS = ["day", "month"] as const;

export function LimitForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [scope, setScope] = useState<(typeof SCOPES)[number]>("company");
  const [kind, setKind] = useState<(typeof KINDS)[number]>("day");
  const [amount, setAmount] = useState("");
  const setting = useMutation({
    mutationFn: (limit: Limit) => {
      const body = { scope, kind, limit_usd: limit };
      return unwrap(api.PUT("/api/budget/limits", { body: body as never }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: budgetOptions.queryKey }),
  });
  const dollars = Number(amount.replace(",", "."));
  const isAmount = amount.trim() !== "" && Number.isFinite(dollars) && dollars >= 0;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (isAmount) setting.mutate(dollars);
      }}
    >
      <NativeSelect
        size="xs"
        label={t("budget.scope")}
        value={scope}
        onChange={(event) => setScope(event.currentTarget.value as typeof scope)}
        data={SCOPES.map((value) => ({
          value,
          label: value === "company" ? t("budget.company") : t(`role.${value}`),
        }))}
      />
      <NativeSelect
        size="xs"
        label={t("budget.kind")}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
        data={KINDS.map((value) => ({ value, label: t(`budget.${value}`) }))}
      />
      <TextInput
        size="xs"
        inputMode="decimal"
        label={t("budget.limit")}
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" disabled={!isAmount} loading={setting.isPending}>
        {t("budget.save")}
      </Button>
      <Button size="xs" variant="default" disabled={setting.isPending} onClick={() => setting.mutate(null)}>
        {t("budget.unlimited")}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={setting.isPending}
        onClick={() => setting.mutate("setting")}
      >
        {t("budget.toSetting")}
      </Button>
      <span role="status">{setting.isSuccess ? t("budget.saved") : null}</span>
      <Complaint error={setting.error} />
    </form>
  );
}
