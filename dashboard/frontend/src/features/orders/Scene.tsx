/** What was on the table at one moment of an order: the message, what an employee was told and said, QA's proof. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { Mark, Money } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { Markdown } from "../../ui/markdown/Markdown";
import { QaProof } from "../../ui/order/QaProof";
import { Facts, ReceiptFacts } from "../../ui/order/ReceiptLine";
import { useStepWords } from "../../ui/order/Timeline";
import { oneLine, readable } from "../../ui/text";
import styles from "./Orders.module.css";
import type { Moment } from "./replay";

interface Props {
  moment: Moment;
  detail: OrderDetail;
  /** The order has ended by now. */
  isOver: boolean;
}

/** What a moment is called. */
export function useCaption(): (moment: Moment) => string {
  const { t } = useTranslation();
  const words = useStepWords();
  return ({ step, call }) => {
    if (step) return words(step);
    return call ? t("replay.call", { model: oneLine(`${call.provider}/${call.model}`, 60) }) : "";
  };
}

export function Scene({ moment, detail, isOver }: Props) {
  const { t } = useTranslation();
  const { step, call, attempt, verdict } = moment;
  if (call) return <Called moment={moment} />;
  switch (step?.event) {
    case "queued":
      return <Words title={t("orders.question")}>{readable(String(asked(detail)))}</Words>;
    case "working":
      return attempt ? (
        <>
          <Words title={t("replay.asked")}>{readable(detail.order.content)}</Words>
          {attempt.feedback.map((said) => (
            <Words key={said} title={t("orders.told")}>
              {readable(said)}
            </Words>
          ))}
        </>
      ) : null;
    case "qa":
      return <QaProof checks={verdict?.checks ?? []} />;
    default:
      if (isOver) return <End detail={detail} />;
      return step?.reason ? <Words title={t("orders.reason")}>{readable(step.reason)}</Words> : null;
  }
}

/** The message as it came; of a voice message the order has its words by now. */
function asked(detail: OrderDetail): unknown {
  const queued = detail.events.find((event) => event.type === "order.queued");
  return queued?.payload.content ?? detail.order.content;
}

function Called({ moment: { call, attempt } }: { moment: Moment }) {
  const { t } = useTranslation();
  if (!call) return null;
  const read = call.usage.input_tokens + call.usage.cache_read_tokens + call.usage.cache_write_tokens;
  return (
    <>
      <Facts
        rows={[
          [t("orders.purpose"), call.purpose],
          [
            t("orders.callStatus"),
            <Mark key="status" tone="still">
              {call.status}
            </Mark>,
          ],
          [t("orders.tokens"), `${read} + ${call.usage.output_tokens}`],
          [t("orders.cost"), call.status === "started" ? "–" : <Money key="cost" usd={call.cost_usd} />],
          [t("orders.latency"), call.latency_ms === null ? "–" : duration(call.latency_ms)],
          [t("orders.prompt"), <code key="prompt">{call.prompt_hash.slice(0, 12)}</code>],
        ]}
      />
      {call.error ? <Words title={t("orders.error")}>{readable(call.error)}</Words> : null}
      {attempt?.answer ? (
        <div className={styles.said}>
          <h3>{t("replay.answered")}</h3>
          <Markdown text={attempt.answer} />
        </div>
      ) : null}
    </>
  );
}

function End({ detail: { order, receipt } }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  return (
    <>
      {order.failure_reason ? (
        <Words title={t("orders.reason")}>{readable(order.failure_reason)}</Words>
      ) : null}
      {order.result ? (
        <div className={styles.said}>
          <h3>{t("orders.answer")}</h3>
          <Markdown text={order.result} />
        </div>
      ) : null}
      {receipt ? <ReceiptFacts receipt={receipt} /> : null}
    </>
  );
}

function Words({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.said}>
      <h3>{title}</h3>
      <div className={styles.words} dir="auto">
        {children}
      </div>
    </div>
  );
}
