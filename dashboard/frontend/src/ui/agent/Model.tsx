/** A model on the payroll: its name, its health, its price. */
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { HealthMark, Mark, Moment } from "../Bits";
import { dollars } from "../format";
import { readable } from "../text";
import styles from "./Model.module.css";

interface Named {
  model: string | null;
  provider: string | null;
  weak: boolean | null;
  local: boolean | null;
}

export function ModelName({ of }: { of: Named }) {
  const { t } = useTranslation();
  if (of.model === null) return <>{t("agents.noModel")}</>;
  return (
    <>
      <span className={styles.name}>{readable(`${of.provider}/${of.model}`)}</span>{" "}
      {of.weak ? <Mark tone="warn">{t("agents.weak")}</Mark> : null}{" "}
      {of.local ? <Mark tone="still">{t("agents.local")}</Mark> : null}
    </>
  );
}

/** What the newest look at a model found, and when that was. */
export function ModelHealth({ health }: { health: Schemas["ModelHealthView"] }) {
  const { t } = useTranslation();
  return (
    <p className={styles.health}>
      <HealthMark status={health.status} /> {readable(health.detail)}
      {health.checked_at ? (
        <span className={styles.quiet}>
          {" "}
          {t("agents.checked")} <Moment at={health.checked_at} />
        </span>
      ) : null}
    </p>
  );
}

/** In and out, for a million tokens. */
export function Price({ price, local }: { price: Schemas["PriceView"] | null; local: boolean | null }) {
  const { t } = useTranslation();
  const amount = () => {
    if (!price) return t("order.notPriced");
    if (local && !price.input && !price.output) return t("order.free");
    return t("agents.priceOf", { input: dollars(price.input ?? 0), output: dollars(price.output ?? 0) });
  };
  return <p className={styles.price}>{t("agents.price", { price: amount() })}</p>;
}
