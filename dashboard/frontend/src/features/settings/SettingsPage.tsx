/** The frame of the settings: one address for each section. */
import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import styles from "./Settings.module.css";

const SECTIONS = [
  { to: "/settings/payroll", name: "payrollTab" },
  { to: "/settings/telegram", name: "telegramTab" },
  { to: "/settings/tokens", name: "tokensTab" },
  { to: "/settings/sessions", name: "sessionsTab" },
  { to: "/budget", name: "budgetTab" },
] as const;

export function SettingsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("settings.title")}>
      <nav className={styles.tabs} aria-label={t("settings.sections")}>
        {SECTIONS.map((section) => (
          <Link
            key={section.to}
            to={section.to}
            className={styles.tab ?? ""}
            activeProps={{ "aria-current": "page" }}
          >
            {t(`settings.${section.name}`)}
          </Link>
        ))}
      </nav>
      <div className={styles.sections}>
        <Outlet />
      </div>
    </Page>
  );
}
