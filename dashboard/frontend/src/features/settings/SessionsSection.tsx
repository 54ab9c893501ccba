/** Who is signed in, and the ways out. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { leave, type Session, sessionOptions, useMayChange } from "../../api/session";
import { AskFirst } from "../../ui/AskFirst";
import { moment } from "../../ui/format";
import { Card } from "../../ui/Page";
import { Complaint, Empty, Loading } from "../../ui/States";
import { Words } from "../../ui/Words";
import { Browsers } from "./Browsers";
import styles from "./Settings.module.css";

export function SessionsSection() {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const session = useQuery(sessionOptions).data;
  if (!session) return <Loading />;
  if (session.via === "local") {
    return (
      <Empty title={t("settings.sessions.local")}>
        <Words>{t("settings.sessions.localText")}</Words>
      </Empty>
    );
  }
  return (
    <>
      <Card title={t("settings.sessions.leave")}>
        <Ways session={session} mayChange={mayChange} />
      </Card>
      {mayChange ? <Browsers /> : null}
    </>
  );
}

function Ways({ session, mayChange }: { session: Session; mayChange: boolean }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const leaving = useMutation({ mutationFn: (everywhere: boolean) => leave(client, everywhere) });
  const isPending = leaving.isPending;
  const endsAt = session.expires_at ? moment(session.expires_at, i18n.language) : null;
  return (
    <div className={styles.ways}>
      {session.via === "session" ? (
        <div className={styles.way}>
          <p>
            {t("settings.sessions.hereText")} {endsAt ? t("settings.sessions.endsAt", { at: endsAt }) : null}
          </p>
          <Button size="xs" variant="default" loading={isPending} onClick={() => leaving.mutate(false)}>
            {t("settings.sessions.here")}
          </Button>
        </div>
      ) : (
        <p className={styles.quiet}>{t("settings.sessions.viaToken")}</p>
      )}
      {mayChange ? (
        <div className={styles.way}>
          <p>{t("settings.sessions.everywhereText")}</p>
          <AskFirst
            label={t("settings.sessions.everywhere")}
            question={t("settings.sessions.everywhereAsk")}
            isPending={isPending}
            onYes={() => leaving.mutate(true)}
          />
        </div>
      ) : null}
      <Complaint error={leaving.error} />
    </div>
  );
}
