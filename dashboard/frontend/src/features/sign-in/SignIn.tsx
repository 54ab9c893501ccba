/** In with the secret or the one-time link. The secret lives in the field until it is sent, and nowhere else. */
import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem";
import { sessionOptions, signIn } from "../../api/session";
import { Complaint } from "../../ui/States";
import styles from "./SignIn.module.css";

export function SignIn({ link }: { link: string | null }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const used = useRef(false);
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: () => client.invalidateQueries({ queryKey: sessionOptions.queryKey }),
    onError: () => field.current?.focus(),
    onSettled: () => {
      if (field.current) field.current.value = "";
    },
  });
  const { mutate } = entering;
  useEffect(() => {
    if (link === null || used.current) return;
    used.current = true; // a link opens once; React's strict mode runs effects twice
    mutate({ link });
  }, [link, mutate]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const secret = field.current?.value.trim();
    if (secret) mutate({ secret });
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1>NEXUS</h1>
        <PasswordInput
          ref={field}
          className={styles.field ?? ""}
          label={t("signIn.secret")}
          description={t("signIn.hint")}
          autoComplete="current-password"
          autoFocus
          disabled={entering.isPending}
        />
        <Refusal
          error={entering.error}
          byLink={entering.variables !== undefined && "link" in entering.variables}
        />
        <Button type="submit" fullWidth loading={entering.isPending}>
          {t("signIn.submit")}
        </Button>
      </form>
    </main>
  );
}

function Refusal({ error, byLink }: { error: Error | null; byLink: boolean }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiProblem)) return <Complaint error={error} />;
  const isRefusal = error.status === 401 || error.status === 403;
  const text = byLink ? t("signIn.linkFailed") : t("signIn.wrong");
  if (isRefusal) return <Complaint error={new Error(text)} />;
  return <Complaint error={error.status === 429 ? new Error(t("signIn.tooMany")) : error} />;
}
