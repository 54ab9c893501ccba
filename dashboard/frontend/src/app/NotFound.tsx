import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "../ui/States";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty title={t("app.notFound")}>
      <Link to="/chat">{t("app.home")}</Link>
    </Empty>
  );
}
