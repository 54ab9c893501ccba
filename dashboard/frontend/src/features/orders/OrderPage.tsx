/** One order with all that is known of it. */
import { Button } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isOpen, type OrderDetail } from "../../api/client";
import { useOrderAction } from "../../api/orders";
import { ApiProblem } from "../../api/problem";
import { useMayChange } from "../../api/session";
import { StatusMark } from "../../ui/Bits";
import { Markdown } from "../../ui/markdown/Markdown";
import { AgainButtons } from "../../ui/order/AgainButtons";
import { Attachments } from "../../ui/order/Attachments";
import { HoldQuestion } from "../../ui/order/HoldQuestion";
import { Progress } from "../../ui/order/Progress";
import { Facts, ReceiptFacts } from "../../ui/order/ReceiptLine";
import { Card, Page } from "../../ui/Page";
import { Complaint, Empty, Failure, Loading } from "../../ui/States";
import { oneLine, readable } from "../../ui/text";
import { Attempts } from "./Attempts";
import { useFacts } from "./facts";
import { History } from "./History";
import { ModelCalls } from "./ModelCalls";
import styles from "./Orders.module.css";
import { useOrder } from "./useOrder";
import { WhyTier } from "./WhyTier";

export function OrderPage() {
  const { orderId } = useParams({ from: "/orders/$orderId" });
  const { t } = useTranslation();
  const found = useOrder(orderId);
  const isUnknown = found.error instanceof ApiProblem && [404, 422].includes(found.error.status);
  return (
    <Page
      title={t("orders.detail")}
      hint={oneLine(orderId, 60)}
      back={<Link to="/orders">{t("orders.back")}</Link>}
    >
      {found.data ? <Detail key={orderId} detail={found.data} /> : null}
      {found.isPending ? <Loading /> : null}
      {isUnknown ? <Empty title={t("order.notFound")} /> : null}
      {found.isError && !found.data && !isUnknown ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
    </Page>
  );
}

function Detail({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const { order } = detail;
  const facts = useFacts(order);
  return (
    <div className={styles.detail}>
      <Card title={t("orders.question")} aside={<StatusMark status={order.status} />}>
        <div className={styles.words} dir="auto">
          {readable(order.content)}
        </div>
        {detail.attachments.length > 0 ? (
          <Attachments orderId={order.id} files={detail.attachments} transcript={transcriptOf(detail)} />
        ) : null}
        <Actions detail={detail} />
      </Card>
      {order.result || order.failure_reason ? (
        <Card title={t("orders.answer")}>
          {order.failure_reason ? <p className={styles.words}>{readable(order.failure_reason)}</p> : null}
          {order.result ? <Markdown text={order.result} /> : null}
        </Card>
      ) : null}
      {detail.receipt ? (
        <Card title={t("receipt.title")}>
          <ReceiptFacts receipt={detail.receipt} />
        </Card>
      ) : null}
      <Card title={t("orders.facts")}>
        <Facts rows={facts} />
      </Card>
      {detail.route ? <WhyTier route={detail.route} /> : null}
      <Attempts detail={detail} />
      <ModelCalls calls={detail.model_calls} />
      <History events={detail.events} />
    </div>
  );
}

/** The words of its voice messages, once somebody has listened. */
function transcriptOf(detail: OrderDetail): string | null {
  const heard = detail.events.find((event) => event.type === "order.transcribed");
  return typeof heard?.payload.text === "string" ? heard.payload.text : null;
}

function Actions({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const { order } = detail;
  const action = useOrderAction(order.id);
  const mayChange = useMayChange();
  const navigate = useNavigate();
  const opened = (orderId: string) => void navigate({ to: "/orders/$orderId", params: { orderId } });
  return (
    <div className={styles.actions}>
      {order.hold ? <HoldQuestion orderId={order.id} hold={order.hold} /> : null}
      {isOpen(order.status) ? (
        <>
          <Progress status={order.status} inQa={false} />
          {order.hold || !mayChange ? null : (
            <Button
              size="compact-sm"
              variant="default"
              disabled={action.isPending || order.cancel_requested_at !== null}
              onClick={() => action.mutate({ kind: "cancel" })}
            >
              {order.cancel_requested_at === null ? t("order.stop") : t("order.stopping")}
            </Button>
          )}
        </>
      ) : (
        <AgainButtons orderId={order.id} owner={order.owner} onMade={opened} />
      )}
      <Link to="/orders/$orderId/replay" params={{ orderId: order.id }}>
        {t("replay.title")}
      </Link>
      <Link to="/chat/$sessionId" params={{ sessionId: order.session_id }}>
        {t("orders.conversation")}
      </Link>
      <Complaint error={action.error} />
    </div>
  );
}
