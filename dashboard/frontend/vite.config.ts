import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The gateway that `npm run dev` talks to. */
const GATEWAY = process.env.NEXUS_GATEWAY ?? "http://127.0.0.1:8000";
const API = ["/api", "/v1", "/health", "/readyz", "/docs", "/openapi.json", "/metrics"];

const toGateway = {
  target: GATEWAY,
  changeOrigin: true,
  // The gateway takes changes from its own origin only; in development the page comes from Vite's.
  headers: { origin: GATEWAY },
};

export default defineConfig({
  plugins: [react(), apiPage(), compressed()],
  server: {
    host: "127.0.0.1",
    proxy: {
      ...Object.fromEntries(API.map((path) => [path, toGateway])),
      "/ws": { ...toGateway, ws: true, rewriteWsOrigin: true },
    },
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});

/** Puts Swagger UI beside the dashboard, for the gateway's own page at /docs: nothing is loaded from outside. */
function apiPage(): Plugin {
  const from = fileURLToPath(new URL("node_modules/swagger-ui-dist/", import.meta.url));
  return {
    name: "nexus-api-page",
    apply: "build",
    generateBundle() {
      const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
      for (const [name, end] of [
        ["swagger-ui-bundle.js", "js"],
        ["swagger-ui.css", "css"],
      ] as const) {
        const source = readFileSync(join(from, name));
        this.emitFile({ type: "asset", fileName: `assets/docs/swagger-ui-${version}.${end}`, source });
      }
    },
  };
}

/** Writes `.br` and `.gz` beside every text of the bundle, so that the gateway need not compress. */
function compressed(): Plugin {
  return {
    name: "nexus-compressed",
    apply: "build",
    writeBundle({ dir }) {
      if (!dir) return;
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const path = join(dir, name);
        const text = readFileSync(path);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        writeFileSync(`${path}.br`, brotliCompressSync(text, quality));
        writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}
