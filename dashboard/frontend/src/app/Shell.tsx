/** The frame of every page: navigation (a bar at the bottom on a phone), the state of the line, the page. */
import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../ui/Icon";
import { ConnectionBanner, ConnectionDot } from "./Connection";
import { Preferences } from "./Preferences";
import styles from "./Shell.module.css";

const PAGES = [
  { to: "/chat", name: "chat" },
  { to: "/orders", name: "orders" },
  { to: "/agents", name: "agents" },
  { to: "/equipment", name: "equipment" },
  { to: "/figures", name: "metrics" },
  { to: "/budget", name: "budget" },
  { to: "/condition", name: "health" },
  { to: "/audit", name: "audit" },
  { to: "/settings", name: "settings" },
] as const satisfies readonly { to: string; name: IconName }[];

export function Shell() {
  const { t } = useTranslation();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t("app.skip")}
      </a>
      <header className={styles.side}>
        <div className={styles.brand}>
          <img src="/icon.svg" alt="" width={26} height={26} />
          <span>NEXUS</span>
          <ConnectionDot />
        </div>
        <nav className={styles.nav} aria-label={t("app.nav")}>
          {PAGES.map((page) => (
            <Link
              key={page.to}
              to={page.to}
              className={styles.link ?? ""}
              activeProps={{ "aria-current": "page" }}
            >
              <Icon name={page.name} />
              <span>{t(`nav.${page.name}`)}</span>
            </Link>
          ))}
        </nav>
        <Preferences />
      </header>
      <main id="content" className={styles.main} tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </main>
    </div>
  );
}
