/** Language, colours, and the way out. */
import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { leave, sessionOptions } from "../api/session";
import { choose } from "../i18n";
import { Icon } from "../ui/Icon";
import styles from "./Shell.module.css";

const SCHEMES = ["auto", "light", "dark"] as const;

export function Preferences() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const client = useQueryClient();
  const session = useQuery(sessionOptions).data;
  const goOut = (everywhere: boolean) =>
    // What went wrong shows at the place where one goes: still signed in, or no gateway.
    leave(client, everywhere).catch(() => window.location.assign("/"));
  return (
    <div className={styles.preferences}>
      <Menu position="top-end" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("app.account")}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("app.language")}</Menu.Label>
          <Menu.Item onClick={() => void choose(i18n.language === "zh" ? "en" : "zh")}>
            {t("app.other")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t("app.schemeLabel")}</Menu.Label>
          {SCHEMES.map((scheme) => (
            <Menu.Item
              key={scheme}
              onClick={() => setColorScheme(scheme)}
              rightSection={colorScheme === scheme ? <Icon name="check" /> : null}
            >
              {t(`app.scheme.${scheme}`)}
            </Menu.Item>
          ))}
          {session && session.via !== "local" ? (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => void goOut(false)}>{t("app.signOut")}</Menu.Item>
              <Menu.Item onClick={() => void goOut(true)}>{t("app.signOutAll")}</Menu.Item>
            </>
          ) : null}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
