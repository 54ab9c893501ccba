/** The browsers that are signed in, each with its way out. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { AskFirst } from "../../ui/AskFirst";
import { Mark, Moment } from "../../ui/Bits";
import { moment } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Complaint, Failure, Loading } from "../../ui/States";
import { actorName } from "../../ui/text";
import { tokensOptions, useRevoke } from "./queries";
import styles from "./Settings.module.css";

type Token = Schemas["TokenView"];

export function Browsers() {
  const { t } = useTranslation();
  const found = useQuery(tokensOptions);
  return (
    <Card title={t("settings.sessions.browsers")}>
      <p className={styles.quiet}>{t("settings.sessions.hint")}</p>
      {found.isPending ? <Loading /> : null}
      {found.isError && !found.data ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.data ? <Rows browsers={found.data.items.filter(isSignedIn)} /> : null}
    </Card>
  );
}

function isSignedIn(token: Token): boolean {
  return token.kind === "browser" && token.opens;
}

function Rows({ browsers }: { browsers: Token[] }) {
  const { t } = useTranslation();
  if (browsers.length === 0) return <p className={styles.quiet}>{t("settings.sessions.none")}</p>;
  return (
    <ul className={styles.people} aria-label={t("settings.sessions.table")}>
      {browsers.map((browser) => (
        <Row key={browser.id} browser={browser} />
      ))}
    </ul>
  );
}

function Row({ browser }: { browser: Token }) {
  const { t, i18n } = useTranslation();
  const ending = useRevoke();
  return (
    <li>
      <span className={styles.person}>
        {t("settings.sessions.since")} <Moment at={browser.created_at} />{" "}
        {browser.current ? <Mark tone="info">{t("settings.sessions.current")}</Mark> : null}
        <br />
        <span className={styles.quiet}>
          {t("settings.sessions.until")} <Moment at={browser.expires_at} />
          {` · ${actorName(browser.created_by)}`}
          {browser.role === "viewer" ? ` · ${t("settings.tokens.viewerShort")}` : null}
        </span>
      </span>
      {browser.current ? null : (
        <AskFirst
          label={t("settings.sessions.end")}
          name={t("settings.sessions.endOf", { since: moment(browser.created_at, i18n.language) })}
          question={t("settings.sessions.endAsk")}
          isPending={ending.isPending}
          onYes={() => ending.mutate(browser.id)}
        />
      )}
      <Complaint error={ending.error} />
    </li>
  );
}
