/**
 * Mantine without any <style> element, so that the page's policy can forbid inline styles: the variables are those of
 * its stylesheet and of global.css, and no component with responsive style props is used.
 */
import { createTheme, localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";

const theme = createTheme({ primaryColor: "indigo", defaultRadius: "md", cursorType: "pointer" });
const kept = localStorageColorSchemeManager({ key: "nexus.colours" });

export function Theme({ children }: { children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      colorSchemeManager={kept}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}
