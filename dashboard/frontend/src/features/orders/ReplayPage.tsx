/** An order once more, step by step as it happened: from the record, without asking any model. */
import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { CopyButton, Moment, Money } from "../../ui/Bits";
import { duration } from "../../ui/format";
import { Progress } from "../../ui/order/Progress";
import { type TimedStep, Timeline } from "../../ui/order/Timeline";
import { Card, Page } from "../../ui/Page";
import { Empty, Failure, Loading } from "../../ui/States";
import { PlayerBar } from "./PlayerBar";
import styles from "./Replay.module.css";
import { momentsOf, standAt } from "./replay";
import { Scene, useCaption } from "./Scene";
import { useOrder } from "./useOrder";
import { usePlayer } from "./usePlayer";

export function ReplayPage() {
  const { orderId } = useParams({ from: "/orders/$orderId/replay" });
  const { t } = useTranslation();
  const found = useOrder(orderId);
  const isUnknown = found.error instanceof ApiProblem && [404, 422].includes(found.error.status);
  return (
    <Page
      title={t("replay.title")}
      hint={t("replay.hint")}
      back={
        <Link to="/orders/$orderId" params={{ orderId }}>
          {t("replay.back")}
        </Link>
      }
    >
      {found.data ? <Stage key={orderId} detail={found.data} /> : null}
      {found.isPending ? <Loading /> : null}
      {isUnknown ? <Empty title={t("order.notFound")} /> : null}
      {found.isError && !found.data && !isUnknown ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
    </Page>
  );
}

export function Stage({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const caption = useCaption();
  const moments = useMemo(() => momentsOf(detail), [detail]);
  const player = usePlayer(moments);
  const moment = moments[player.n];
  if (!moment) return <Empty title={t("replay.empty")} />;
  const stand = standAt(detail, moments, player.n);
  const isOver = !["queued", "triaged", "working", "held"].includes(stand.status);
  return (
    <div className={styles.stage}>
      <Card>
        <PlayerBar player={player} moments={moments} captions={moments.map(caption)} />
        <div className={styles.stand}>
          <Progress status={stand.status} inQa={stand.inQa} />
          <span>
            {t("replay.after", { time: duration(moment.afterMs) })} · <Moment at={moment.at} /> ·{" "}
            {t("order.cost")} <Money usd={stand.costUsd} />
          </span>
        </div>
      </Card>
      <Card title={<span aria-live="polite">{caption(moment)}</span>}>
        <Scene moment={moment} detail={detail} isOver={isOver} />
      </Card>
      <Card title={t("replay.sofar")}>
        <Timeline steps={stepsUntil(moments, player.n)} />
      </Card>
      <p className={styles.prompts}>
        {t("replay.prompts")} <code>nexus replay {detail.order.id} --full</code>{" "}
        <CopyButton text={`nexus replay ${detail.order.id} --full`} label={t("replay.copy")} />
      </p>
    </div>
  );
}

function stepsUntil(moments: ReturnType<typeof momentsOf>, n: number): TimedStep[] {
  return moments.slice(0, n + 1).flatMap(({ step, at }) => (step ? [{ ...step, at }] : []));
}
