/** Tokens for programs: those there are, and a new one that is shown once. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { sessionOptions, useMayChange } from "../../api/session";
import { AskFirst } from "../../ui/AskFirst";
import { Mark, Moment, type Tone } from "../../ui/Bits";
import { Card } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import { actorName, oneLine } from "../../ui/text";
import { Words } from "../../ui/Words";
import { tokensOptions, useRevoke } from "./queries";
import styles from "./Settings.module.css";
import { TokenForm } from "./TokenForm";

type Token = Schemas["TokenView"];

export function TokensSection() {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const isLocal = useQuery(sessionOptions).data?.via === "local";
  if (!mayChange) return <Empty title={t("settings.ownerOnly")} />;
  if (isLocal) {
    return (
      <Empty title={t("settings.tokens.noSecret")}>
        <Words>{t("settings.tokens.noSecretText")}</Words>
      </Empty>
    );
  }
  return (
    <>
      <Card title={t("settings.tokens.make")}>
        <TokenForm />
      </Card>
      <Card title={t("settings.tokens.list")}>
        <p className={styles.quiet}>{t("settings.tokens.hint")}</p>
        <Tokens />
      </Card>
    </>
  );
}

function Tokens() {
  const { t } = useTranslation();
  const found = useQuery(tokensOptions);
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const tokens = found.data.items.filter((token) => token.kind === "token");
  if (tokens.length === 0)
    return <Empty title={t("settings.tokens.none")}>{t("settings.tokens.noneText")}</Empty>;
  return (
    <table className={styles.table} aria-label={t("settings.tokens.table")}>
      <thead>
        <tr>
          <th scope="col">{t("settings.tokens.name")}</th>
          <th scope="col">{t("settings.tokens.role")}</th>
          <th scope="col">{t("settings.tokens.state")}</th>
          <th scope="col">{t("settings.tokens.madeAt")}</th>
          <th scope="col">{t("settings.tokens.until")}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </tbody>
    </table>
  );
}

const TONES = { opens: "good", over: "still", revoked: "bad" } as const satisfies Record<string, Tone>;

function TokenRow({ token }: { token: Token }) {
  const { t } = useTranslation();
  const revoking = useRevoke();
  const state = token.revoked_at ? "revoked" : token.opens ? "opens" : "over";
  const name = oneLine(token.name, 64);
  return (
    <tr>
      <th scope="row" className={styles.rowName}>
        {name}
      </th>
      <td>{t(token.role === "owner" ? "settings.tokens.ownerShort" : "settings.tokens.viewerShort")}</td>
      <td>
        <Mark tone={TONES[state]}>{t(`settings.tokens.${state}`)}</Mark>{" "}
        {token.revoked_at ? <Moment at={token.revoked_at} /> : null}
      </td>
      <td data-label={t("settings.tokens.madeAt")}>
        <Moment at={token.created_at} /> <span className={styles.quiet}>{actorName(token.created_by)}</span>
      </td>
      <td data-label={t("settings.tokens.until")}>
        <Moment at={token.expires_at} />
      </td>
      <td className={styles.last}>
        {state === "opens" ? (
          <AskFirst
            label={t("settings.tokens.revoke")}
            name={t("settings.tokens.revokeOf", { name })}
            question={t("settings.tokens.revokeAsk", { name })}
            isPending={revoking.isPending}
            onYes={() => revoking.mutate(token.id)}
          />
        ) : null}
        <Complaint error={revoking.error} />
      </td>
    </tr>
  );
}
