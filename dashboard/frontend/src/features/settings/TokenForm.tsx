/** Makes a token and shows it, this once. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../ui/Bits";
import { Complaint } from "../../ui/States";
import { type NewToken, useNewToken } from "./queries";
import styles from "./Settings.module.css";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MOST_DAYS = 3650;
const ROLES = ["viewer", "owner"] as const;

export function TokenForm() {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [role, setRole] = useState<NewToken["role"]>("viewer");
  const [days, setDays] = useState("90");
  const making = useNewToken();
  const { reset } = making;
  useEffect(() => reset, [reset]); // who leaves the page leaves nothing behind
  const isDays = /^\d{1,4}$/.test(days) && Number(days) >= 1 && Number(days) <= MOST_DAYS;
  const isGood = NAME.test(name) && isDays;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isGood) making.mutate({ name, role, days: Number(days) }, { onSuccess: () => setName("") });
  };
  return (
    <>
      <form className={styles.form} onSubmit={submit}>
        <TextInput
          size="xs"
          label={t("settings.tokens.name")}
          description={t("settings.tokens.nameHint")}
          value={name}
          maxLength={64}
          autoComplete="off"
          error={name !== "" && !NAME.test(name)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label={t("settings.tokens.role")}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as NewToken["role"])}
          data={ROLES.map((value) => ({ value, label: t(`settings.tokens.${value}`) }))}
        />
        <TextInput
          size="xs"
          inputMode="numeric"
          label={t("settings.tokens.days")}
          description={t("settings.tokens.daysHint", { most: MOST_DAYS })}
          value={days}
          error={!isDays}
          onChange={(event) => setDays(event.currentTarget.value.trim())}
        />
        <Button type="submit" size="xs" disabled={!isGood} loading={making.isPending}>
          {t("settings.tokens.create")}
        </Button>
      </form>
      <Complaint error={making.error} />
      {making.data ? <Once name={making.data.name} token={making.data.token} onDone={reset} /> : null}
    </>
  );
}

function Once({ name, token, onDone }: { name: string; token: string; onDone: () => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <section ref={box} className={styles.once} tabIndex={-1} aria-label={t("settings.tokens.value")}>
      <p role="status">
        <strong>{t("settings.tokens.made", { name })}</strong> · {t("settings.tokens.once")}
      </p>
      <code className={styles.token}>{token}</code>
      <div className={styles.buttons}>
        <CopyButton text={token} label={t("settings.tokens.copy")} />
        <Button size="compact-xs" variant="default" onClick={onDone}>
          {t("settings.tokens.done")}
        </Button>
      </div>
    </section>
  );
}
