/** The keys and the slider of a replay. */
import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { duration } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import styles from "./Replay.module.css";
import { type Moment, SPEEDS, type Speed } from "./replay";
import type { Player } from "./usePlayer";

interface Props {
  player: Player;
  moments: readonly Moment[];
  /** What each moment is called. */
  captions: readonly string[];
}

export function PlayerBar({ player, moments, captions }: Props) {
  const { t } = useTranslation();
  const { n, isPlaying, seek, toggle } = player;
  const last = moments.length - 1;
  const key = (name: "first" | "previous" | "next" | "last", to: number) => (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={t(`replay.${name}`)}
      title={t(`replay.${name}`)}
      disabled={to === n || to < 0 || to > last}
      onClick={() => seek(to)}
    >
      <Icon name={name} />
    </ActionIcon>
  );
  return (
    <section className={styles.bar} aria-label={t("replay.controls")}>
      <div className={styles.keys}>
        {key("first", 0)}
        {key("previous", n - 1)}
        <Button leftSection={<Icon name={isPlaying ? "pause" : "play"} size={16} />} onClick={toggle}>
          {t(isPlaying ? "replay.pause" : "replay.play")}
        </Button>
        {key("next", n + 1)}
        {key("last", last)}
        <NativeSelect
          size="sm"
          aria-label={t("replay.speed")}
          value={String(player.speed)}
          onChange={(event) => player.setSpeed(Number(event.currentTarget.value) as Speed)}
          data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
        />
        <span className={styles.place}>{t("replay.place", { n: n + 1, of: moments.length })}</span>
      </div>
      <input
        className={styles.slider}
        type="range"
        min={0}
        max={last}
        value={n}
        aria-label={t("replay.seek")}
        aria-valuetext={t("replay.at", {
          n: n + 1,
          of: moments.length,
          what: captions[n] ?? "",
          time: duration(moments[n]?.afterMs ?? 0),
        })}
        onChange={(event) => seek(Number(event.currentTarget.value))}
      />
      <p className={styles.hint}>{t("replay.keys")}</p>
    </section>
  );
}
