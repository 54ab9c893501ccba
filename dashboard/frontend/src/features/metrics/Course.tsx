/** Everything that is measured, over time, by role or by model. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePace } from "../../live/LiveProvider";
import { Failure, Loading, Partial } from "../../ui/States";
import { CourseChart } from "./CourseChart";
import { CsvButton } from "./CsvButton";
import { MEASURES } from "./course";
import { courseCsv } from "./csv";
import styles from "./Metrics.module.css";
import { type By, PACE_MS, type SeriesSpan, seriesOptions } from "./queries";

export function Course({ period }: { period: SeriesSpan }) {
  const { t } = useTranslation();
  const [by, setBy] = useState<By>("role");
  const found = useQuery({ ...seriesOptions(period, by), refetchInterval: usePace(PACE_MS) });
  const series = useDeferredValue(found.data); // drawing waits for whoever types or scrolls
  return (
    <section aria-labelledby="course">
      <div className={styles.courseHead}>
        <h2 id="course">{t("metrics.overTime")}</h2>
        <div className={styles.tools}>
          <SegmentedControl
            size="xs"
            aria-label={t("metrics.by")}
            value={by}
            onChange={(value) => setBy(value as By)}
            data={[
              { value: "role", label: t("metrics.byRole") },
              { value: "model", label: t("metrics.byModel") },
            ]}
          />
          {series ? (
            <CsvButton
              label={t("metrics.csvCourse")}
              name={`nexus-${series.period}-by-${series.by}-${series.ends_at.slice(0, 10)}`}
              content={() => courseCsv(series)}
            />
          ) : null}
        </div>
      </div>
      {found.isPending ? <Loading /> : null}
      {found.isError && !series ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {series ? (
        <>
          <Partial when={series.partial} />
          <div className={styles.charts} aria-busy={found.isPlaceholderData}>
            {MEASURES.map((measure) => (
              <CourseChart key={measure} series={series} measure={measure} />
            ))}
          </div>
        </>
      ) : null}
    </section>
  );
}
