import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { asCsv } from "./csv";

export function CsvButton({ metrics }: { metrics: Schemas["Metrics"] }) {
  const { t } = useTranslation();
  const save = () => {
    const url = URL.createObjectURL(new Blob([`\ufeff${asCsv(metrics)}`], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `nexus-${metrics.period}-${metrics.last_day}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button size="xs" variant="default" onClick={save}>
      {t("metrics.csv")}
    </Button>
  );
}
