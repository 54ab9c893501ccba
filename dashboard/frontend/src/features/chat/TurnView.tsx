/** One turn: what you said, and the order's card or its answer. */
import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOpen } from "../../api/client";
import { orderOptions } from "../../api/orders";
import { useConnection } from "../../live/LiveProvider";
import { Mark } from "../../ui/Bits";
import { readable } from "../../ui/text";
import { AnswerCard, type Panel } from "./AnswerCard";
import styles from "./Chat.module.css";
import { OrderCard } from "./OrderCard";
import { standOf, type Turn } from "./turns";

const LIVE_MS = 15_000;
const LOST_MS = 4_000;

export const TurnView = memo(
  function TurnView({ turn }: { turn: Turn }) {
    const [panel, setPanel] = useState<Panel>(null);
    const isUnclear = turn.course ? isOpen(turn.course.status) : turn.answer === null;
    const { state } = useConnection();
    const detail = useQuery({
      ...orderOptions(turn.orderId),
      enabled: isUnclear || panel !== null,
      // Events say when there is something to read; without them it has to be asked for.
      refetchInterval: isUnclear ? (state === "open" ? LIVE_MS : LOST_MS) : false,
    });
    const stand = standOf(turn, detail.data);
    return (
      <article className={styles.turn}>
        <Question turn={turn} />
        {isOpen(stand.status) ? (
          <OrderCard orderId={turn.orderId} stand={stand} detail={detail.data} />
        ) : (
          <AnswerCard orderId={turn.orderId} stand={stand} detail={detail} panel={panel} onPanel={setPanel} />
        )}
      </article>
    );
  },
  (before, after) =>
    before.turn.course === after.turn.course &&
    before.turn.answer === after.turn.answer &&
    before.turn.question === after.turn.question,
);

function Question({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  const { course } = turn;
  const isElsewhere = course?.channel && course.channel !== "rest";
  return (
    <div className={styles.question}>
      <span className="visually-hidden">{t("chat.you")}</span>
      {course?.retryOf ? <div className={styles.small}>{t("chat.retryOf")}</div> : null}
      <div className={styles.words} dir="auto">
        {readable(turn.question)}
      </div>
      {course?.files.map((file) => (
        <Mark key={`${file.kind} ${file.name}`} tone="still">
          {readable(file.name ?? file.kind)}
        </Mark>
      ))}
      {isElsewhere ? (
        <div className={styles.small}>
          {t("chat.via", { channel: t(`channel.${course.channel as "telegram"}`) })}
        </div>
      ) : null}
    </div>
  );
}
