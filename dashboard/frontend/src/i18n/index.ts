/** English and Chinese, by the browser's wish or the switch; kept in this browser only. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

export type Language = "en" | "zh";

const KEPT = "nexus.language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

/** Starts with the kept language, else the browser's first one of ours. Chinese is only loaded when it is needed. */
export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: "en",
    fallbackLng: "en",
    interpolation: { escapeValue: false }, // React escapes
  });
  await speak(wanted());
}

export async function speak(language: Language): Promise<void> {
  if (language === "zh" && !i18next.hasResourceBundle("zh", "translation")) {
    i18next.addResourceBundle("zh", "translation", (await import("./zh")).zh);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

/** Speaks it from now on, also next time. */
export async function choose(language: Language): Promise<void> {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // A browser that keeps nothing forgets the choice.
  }
  await speak(language);
}

function wanted(): Language {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    kept = null;
  }
  const first = [kept, ...navigator.languages].find((tag) => tag && /^(en|zh)\b/i.test(tag));
  return first?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
