/** The pages and their addresses; each page is a chunk of its own, see `loadPages`. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { ConnectionLost } from "../api/problem";
import { orderSearch } from "../features/orders/search";
import { Loading } from "../ui/States";
import { NotFound } from "./NotFound";
import { PageLost } from "./PageLost";
import { Shell } from "./Shell";

/** The router would load everything anew when code does not come; while the gateway is away, nothing would be left. */
const codeOf =
  <Code,>(load: () => Promise<Code>) =>
  (): Promise<Code> =>
    load().catch((error: unknown) => {
      throw new ConnectionLost(`the page's code did not come: ${String(error)}`);
    });

const chatPage = codeOf(() => import("../features/chat/ChatPage"));
const LOADERS = {
  NewChat: chatPage,
  OpenChat: chatPage,
  OrdersPage: codeOf(() => import("../features/orders/OrdersPage")),
  OrderPage: codeOf(() => import("../features/orders/OrderPage")),
  ReplayPage: codeOf(() => import("../features/orders/ReplayPage")),
  AgentsPage: codeOf(() => import("../features/agents/AgentsPage")),
  EquipmentPage: codeOf(() => import("../features/equipment/EquipmentPage")),
  ToolPage: codeOf(() => import("../features/equipment/ToolPage")),
  MetricsPage: codeOf(() => import("../features/metrics/MetricsPage")),
  HealthPage: codeOf(() => import("../features/health/HealthPage")),
  AuditPage: codeOf(() => import("../features/audit/AuditPage")),
  BudgetPage: codeOf(() => import("../features/budget/BudgetPage")),
  SettingsPage: codeOf(() => import("../features/settings/SettingsPage")),
  PayrollSection: codeOf(() => import("../features/settings/PayrollSection")),
  TelegramSection: codeOf(() => import("../features/settings/TelegramSection")),
  TokensSection: codeOf(() => import("../features/settings/TokensSection")),
  SessionsSection: codeOf(() => import("../features/settings/SessionsSection")),
};

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/chat" });
  },
});

const chat = createRoute({
  getParentRoute: () => root,
  path: "/chat",
  component: lazyRouteComponent(LOADERS.NewChat, "NewChat"),
});

const conversation = createRoute({
  getParentRoute: () => root,
  path: "/chat/$sessionId",
  component: lazyRouteComponent(LOADERS.OpenChat, "OpenChat"),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  validateSearch: orderSearch,
  component: lazyRouteComponent(LOADERS.OrdersPage, "OrdersPage"),
});

const order = createRoute({
  getParentRoute: () => root,
  path: "/orders/$orderId",
  component: lazyRouteComponent(LOADERS.OrderPage, "OrderPage"),
});

const replay = createRoute({
  getParentRoute: () => root,
  path: "/orders/$orderId/replay",
  component: lazyRouteComponent(LOADERS.ReplayPage, "ReplayPage"),
});

const agents = createRoute({
  getParentRoute: () => root,
  path: "/agents",
  component: lazyRouteComponent(LOADERS.AgentsPage, "AgentsPage"),
});

const equipment = createRoute({
  getParentRoute: () => root,
  path: "/equipment",
  component: lazyRouteComponent(LOADERS.EquipmentPage, "EquipmentPage"),
});

const tool = createRoute({
  getParentRoute: () => root,
  path: "/equipment/$tool",
  component: lazyRouteComponent(LOADERS.ToolPage, "ToolPage"),
});

const metrics = createRoute({
  getParentRoute: () => root,
  path: "/figures",
  component: lazyRouteComponent(LOADERS.MetricsPage, "MetricsPage"),
});

const health = createRoute({
  getParentRoute: () => root,
  path: "/condition",
  component: lazyRouteComponent(LOADERS.HealthPage, "HealthPage"),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  component: lazyRouteComponent(LOADERS.AuditPage, "AuditPage"),
});

const budget = createRoute({
  getParentRoute: () => root,
  path: "/budget",
  component: lazyRouteComponent(LOADERS.BudgetPage, "BudgetPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(LOADERS.SettingsPage, "SettingsPage"),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/payroll", replace: true });
  },
});

const payroll = createRoute({
  getParentRoute: () => settings,
  path: "/payroll",
  component: lazyRouteComponent(LOADERS.PayrollSection, "PayrollSection"),
});

const telegram = createRoute({
  getParentRoute: () => settings,
  path: "/telegram",
  component: lazyRouteComponent(LOADERS.TelegramSection, "TelegramSection"),
});

const tokens = createRoute({
  getParentRoute: () => settings,
  path: "/tokens",
  component: lazyRouteComponent(LOADERS.TokensSection, "TokensSection"),
});

const sessions = createRoute({
  getParentRoute: () => settings,
  path: "/sessions",
  component: lazyRouteComponent(LOADERS.SessionsSection, "SessionsSection"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    chat,
    conversation,
    orders,
    order,
    replay,
    agents,
    equipment,
    tool,
    metrics,
    health,
    audit,
    budget,
    settings.addChildren([settingsHome, payroll, telegram, tokens, sessions]),
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error }) => (
    <PageLost error={error instanceof Error ? error : new Error(String(error))} />
  ),
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** Fetches every page's code ahead, so that one can go there while the gateway is away. */
export async function loadPages(): Promise<void> {
  for (const load of Object.values(LOADERS)) await load().catch(() => undefined);
}
