/** Escalate, Cheaper and Retry: an ended order once more. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Role, TIERS, type Tier } from "../../api/client";
import { useOrderAction } from "../../api/orders";
import { useMayChange } from "../../api/session";
import { Icon } from "../Icon";
import { Complaint } from "../States";

interface Props {
  orderId: string;
  owner: Role | null;
  onMade?: (orderId: string) => void;
}

export function AgainButtons({ orderId, owner, onMade }: Props) {
  const { t } = useTranslation();
  const action = useOrderAction(orderId);
  const mayChange = useMayChange();
  const rank = TIERS.indexOf(owner as Tier);
  const cheaper = rank > 0 ? TIERS[rank - 1] : undefined;
  const does = (kind: Parameters<typeof action.mutate>[0]) => () =>
    action.mutate(kind, { onSuccess: (made) => onMade?.(made) });
  const common = { size: "compact-sm", variant: "default", disabled: action.isPending } as const;
  if (!mayChange) return null;
  return (
    <>
      {owner !== "ceo" ? (
        <Button {...common} leftSection={<Icon name="up" size={14} />} onClick={does({ kind: "escalate" })}>
          {t("order.escalate")}
        </Button>
      ) : null}
      {cheaper ? (
        <Button
          {...common}
          leftSection={<Icon name="down" size={14} />}
          onClick={does({ kind: "escalate", tier: cheaper })}
        >
          {t("order.cheaper")}
        </Button>
      ) : null}
      <Button {...common} leftSection={<Icon name="again" size={14} />} onClick={does({ kind: "retry" })}>
        {t("order.retry")}
      </Button>
      <Complaint error={action.error} />
    </>
  );
}
