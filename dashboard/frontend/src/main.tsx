/** The page's entry. */
import "@mantine/core/styles.css";
import "./app/global.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { queryClient } from "./app/queryClient";
import { Theme } from "./app/Theme";
import { takeLink } from "./features/sign-in/link";
import { startLanguages } from "./i18n";

const link = takeLink();
const root = document.getElementById("root");
await startLanguages();
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Theme>
        <QueryClientProvider client={queryClient}>
          <App link={link} />
        </QueryClientProvider>
      </Theme>
    </StrictMode>,
  );
}
