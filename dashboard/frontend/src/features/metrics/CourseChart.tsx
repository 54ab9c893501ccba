/** One measure over time: a picture, and the same as a table for who would rather read. */
import "@mantine/charts/styles.css";
import { BarChart, LineChart } from "@mantine/charts";
import { useInViewport } from "@mantine/hooks";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ROLES } from "../../api/client";
import { count, dollars, duration, percent } from "../../ui/format";
import { Card } from "../../ui/Page";
import { oneLine } from "../../ui/text";
import { bucketName, type Line, linesOf, type Measure, type Series, STACKED, UNITS } from "./course";
import styles from "./Metrics.module.css";

const HEIGHT = 200;
const WIDTH = { usd: 62, count: 60, ms: 58, share: 48 };
const COLOURS = ["indigo.5", "teal.6", "orange.6", "grape.5", "cyan.6", "pink.5", "lime.7", "gray.6"];
const OF_NAMES: Readonly<Record<string, string>> = {
  admin: "gray.6",
  intern: "teal.6",
  director: "indigo.5",
  ceo: "orange.6",
  arrived: "indigo.5",
  delivered: "teal.6",
  failed: "red.6",
  escalated: "orange.6",
  saved: "teal.6",
};

interface Props {
  series: Series;
  measure: Measure;
}

/** Drawn anew only while it is seen: a picture is dear to make, and there are many. */
export function CourseChart({ series, measure }: Props) {
  const { ref, inViewport } = useInViewport();
  const [drawn, setDrawn] = useState(series);
  const isOther = drawn.by !== series.by || drawn.period !== series.period;
  if (drawn !== series && (inViewport || isOther)) setDrawn(series);
  return (
    <div ref={ref}>
      <Chart series={drawn} measure={measure} />
    </div>
  );
}

const Chart = memo(function Chart({ series, measure }: Props) {
  const { t, i18n } = useTranslation();
  const lines = linesOf(series, measure);
  const title = t(`metrics.course.${measure}`);
  const named = useNames();
  const text = useTexts(measure);
  return (
    <Card title={title}>
      {lines.length === 0 ? (
        <p className={styles.nothing}>{t("metrics.empty")}</p>
      ) : (
        <>
          <div role="img" aria-label={t("metrics.picture", { title })}>
            <Picture
              lines={lines.map((line) => ({ ...line, label: named(line.name) }))}
              buckets={series.starts.map((start) => bucketName(start, series, i18n.language))}
              measure={measure}
              text={text}
            />
          </div>
          <Numbers series={series} lines={lines} title={title} text={text} />
        </>
      )}
    </Card>
  );
});

interface PictureProps {
  lines: (Line & { label: string })[];
  buckets: string[];
  measure: Measure;
  text: (value: number) => string;
}

function Picture({ lines, buckets, measure, text }: PictureProps) {
  const unit = UNITS[measure];
  // Keys without dots: a chart takes "gpt-4.1" for a path.
  const data = buckets.map(
    (bucket, n): Record<string, string | number | null> =>
      Object.fromEntries([
        ["bucket", bucket],
        ...lines.map((line, l) => [`line${l}`, line.values[n] ?? null]),
      ]),
  );
  const common = {
    h: HEIGHT,
    data,
    dataKey: "bucket",
    tickLine: "none" as const,
    withLegend: measure !== "saved",
    legendProps: { verticalAlign: "bottom" as const },
    valueFormatter: text,
    yAxisProps: { width: WIDTH[unit], ...(unit === "share" ? { domain: [0, 1] } : {}) },
    series: lines.map((line, l) => ({
      name: `line${l}`,
      label: line.label,
      color: OF_NAMES[line.name] ?? COLOURS[l % COLOURS.length] ?? "gray.6",
    })),
  };
  if (STACKED.has(measure) || measure === "saved") {
    const bars = { type: "stacked" as const, maxBarWidth: 48, barChartProps: { accessibilityLayer: false } };
    return <BarChart {...common} {...bars} barProps={{ isAnimationActive: false }} />;
  }
  return (
    <LineChart
      {...common}
      curveType="linear"
      connectNulls={false}
      dotProps={{ r: 3 }}
      lineChartProps={{ accessibilityLayer: false }}
      lineProps={{ isAnimationActive: false }}
    />
  );
}

interface NumbersProps {
  series: Series;
  lines: readonly Line[];
  title: string;
  text: (value: number) => string;
}

function Numbers({ series, lines, title, text }: NumbersProps) {
  const { t, i18n } = useTranslation();
  const named = useNames();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={styles.numbers} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("metrics.asTable")}</summary>
      {isOpen ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label={title}>
          <table className={styles.table}>
            <thead>
              <tr>
                <td />
                {lines.map((line) => (
                  <th key={line.name} scope="col">
                    {named(line.name)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {series.starts.map((start, n) => (
                <tr key={start}>
                  <th scope="row">{bucketName(start, series, i18n.language)}</th>
                  {lines.map((line) => {
                    const value = line.values[n] ?? null;
                    return <td key={line.name}>{value === null ? "–" : text(value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </details>
  );
}

const COUNTED = ["arrived", "delivered", "failed", "escalated", "saved"] as const;

function useNames(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const role = ROLES.find((one) => one === name);
    if (role) return t(`role.${role}`);
    const counted = COUNTED.find((one) => one === name);
    return counted ? t(`metrics.counted.${counted}`) : oneLine(name, 40);
  };
}

function useTexts(measure: Measure): (value: number) => string {
  const { i18n } = useTranslation();
  switch (UNITS[measure]) {
    case "usd":
      return dollars;
    case "count":
      return (value) => count(value, i18n.language);
    case "ms":
      return duration;
    case "share":
      return (value) => percent(value, i18n.language);
  }
}
