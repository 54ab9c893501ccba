/** One turn: what you said, and the order's card or its answer. */
import { useInViewport } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { memo, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOpen, type OrderDetail } from "../../api/client";
import { orderOptions } from "../../api/orders";
import { usePace } from "../../live/LiveProvider";
import { Attachments } from "../../ui/order/Attachments";
import { readable } from "../../ui/text";
import { AnswerCard, type Panel } from "./AnswerCard";
import styles from "./Chat.module.css";
import { OrderCard } from "./OrderCard";
import { filesOf, isHeard, questionOf, standOf, type Turn } from "./turns";

const PACE_MS = 4_000;
const QUICK_MS = 1_000;

export const TurnView = memo(
  function TurnView({ turn }: { turn: Turn }) {
    const [panel, setPanel] = useState<Panel>(null);
    const isUnclear = turn.course ? isOpen(turn.course.status) : turn.answer === null;
    const { ref, inViewport } = useInViewport();
    const pace = usePace(PACE_MS);
    const isLasting = useLater(QUICK_MS);
    const isRead = turn.course === null ? isUnclear || inViewport : isUnclear && isLasting;
    const detail = useQuery({
      ...orderOptions(turn.orderId),
      // Events tell all of a quick order but what it has cost so far; of an old turn they tell nothing.
      enabled: isRead || panel !== null,
      refetchInterval: isUnclear ? pace : false,
    });
    const stand = standOf(turn, detail.data);
    return (
      <article ref={ref} className={styles.turn}>
        <Question turn={turn} detail={detail.data} />
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

/** False at first, true from `ms` after the beginning on. */
function useLater(ms: number): boolean {
  const [isLater, setLater] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLater(true), ms);
    return () => window.clearTimeout(timer);
  }, [ms]);
  return isLater;
}

function Question({ turn, detail }: { turn: Turn; detail: OrderDetail | undefined }) {
  const { t } = useTranslation();
  const { course } = turn;
  const channel = course?.channel ?? detail?.order.channel;
  const isElsewhere = channel && channel !== "rest";
  const files = filesOf(turn, detail);
  const heard = isHeard(turn, detail);
  const isListening = heard === false && isOpen(standOf(turn, detail).status);
  return (
    <div className={styles.question}>
      <span className="visually-hidden">{t("chat.you")}</span>
      {(course?.retryOf ?? detail?.order.retry_of) ? (
        <div className={styles.small}>{t("chat.retryOf")}</div>
      ) : null}
      {heard ? <div className={styles.small}>{t("attachment.transcript")}</div> : null}
      <div className={styles.words} dir="auto">
        {isListening ? t("chat.listening") : readable(questionOf(turn, detail))}
      </div>
      {files.length > 0 ? <Attachments orderId={turn.orderId} files={files} /> : null}
      {isElsewhere ? (
        <div className={styles.small}>
          {t("chat.via", { channel: t(`channel.${channel as "telegram"}`) })}
        </div>
      ) : null}
    </div>
  );
}
