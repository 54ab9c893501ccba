/** Who may speak to the Telegram bot, and who would like to. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMayChange } from "../../api/session";
import { AskFirst } from "../../ui/AskFirst";
import { Moment } from "../../ui/Bits";
import { Card } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import { actorName, oneLine } from "../../ui/text";
import { Words } from "../../ui/Words";
import { ApproveForm } from "./ApproveForm";
import { isWithoutBot, peopleOptions, useRemove } from "./queries";
import styles from "./Settings.module.css";

type Person = Schemas["PersonView"];

export function TelegramSection() {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const found = useQuery({ ...peopleOptions, enabled: mayChange });
  if (!mayChange) return <Empty title={t("settings.ownerOnly")} />;
  if (isWithoutBot(found.error)) return <NotConfigured />;
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return <People people={found.data.items} />;
}

function NotConfigured() {
  const { t } = useTranslation();
  return (
    <Card title={t("settings.telegram.notConfigured")}>
      <ol className={styles.steps}>
        <li>
          <Words>{t("settings.telegram.step1")}</Words>
        </li>
        <li>
          <Words>{t("settings.telegram.step2")}</Words>
        </li>
        <li>
          <Words>{t("settings.telegram.step3")}</Words>
        </li>
      </ol>
    </Card>
  );
}

function People({ people }: { people: Person[] }) {
  const { t } = useTranslation();
  const of = (status: Person["status"]) => people.filter((person) => person.status === status);
  const waiting = of("waiting");
  const removed = of("removed");
  return (
    <>
      <Card title={t("settings.telegram.approve")}>
        <ApproveForm />
        <h3 className={styles.small}>{t("settings.telegram.waiting")}</h3>
        <PersonList title={t("settings.telegram.waiting")} people={waiting}>
          {t("settings.telegram.noWaiting")}
        </PersonList>
        {waiting.length > 0 ? (
          <p className={styles.quiet}>
            <Words>{t("settings.telegram.list")}</Words>
          </p>
        ) : null}
      </Card>
      <Card title={t("settings.telegram.paired")}>
        <PersonList title={t("settings.telegram.paired")} people={of("paired")}>
          {t("settings.telegram.noPaired")}
        </PersonList>
      </Card>
      {removed.length > 0 ? (
        <Card title={t("settings.telegram.removed")}>
          <PersonList title={t("settings.telegram.removed")} people={removed}>
            {null}
          </PersonList>
        </Card>
      ) : null}
    </>
  );
}

function PersonList({ title, people, children }: { title: string; people: Person[]; children: ReactNode }) {
  if (people.length === 0) return <p className={styles.quiet}>{children}</p>;
  return (
    <ul className={styles.people} aria-label={title}>
      {people.map((person) => (
        <PersonRow key={person.id} person={person} />
      ))}
    </ul>
  );
}

function PersonRow({ person }: { person: Person }) {
  const { t } = useTranslation();
  const removing = useRemove();
  const name = oneLine(person.name, 80) || String(person.id);
  return (
    <li>
      <span className={styles.person}>
        <strong>{name}</strong>{" "}
        <span className={styles.quiet}>{t("settings.telegram.id", { id: person.id })}</span>
        <br />
        <span className={styles.quiet}>
          <Facts person={person} />
        </span>
      </span>
      {person.status === "paired" ? (
        <AskFirst
          label={t("settings.telegram.remove")}
          name={t("settings.telegram.removeOf", { name })}
          question={t("settings.telegram.removeAsk", { name })}
          isPending={removing.isPending}
          onYes={() => removing.mutate(person.id)}
        />
      ) : null}
      <Complaint error={removing.error} />
    </li>
  );
}

function Facts({ person }: { person: Person }) {
  const { t } = useTranslation();
  if (person.status === "waiting") {
    return (
      <>
        {t("settings.telegram.wrote")} <Moment at={person.first_seen_at} />
        {" · "}
        {person.code_expires_at ? (
          <>
            {t("settings.telegram.codeUntil")} <Moment at={person.code_expires_at} />
          </>
        ) : (
          t("settings.telegram.codeOver")
        )}
      </>
    );
  }
  return (
    <>
      {t("settings.telegram.since")} <Moment at={person.decided_at} />{" "}
      {person.decided_by ? t("settings.telegram.by", { by: actorName(person.decided_by) }) : null}
    </>
  );
}
