/** The pages and their addresses; each page is a chunk of its own, see `loadPages`. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { orderSearch } from "../features/orders/search";
import { Failure, Loading } from "../ui/States";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const chatPage = () => import("../features/chat/ChatPage");
const LOADERS = {
  NewChat: chatPage,
  OpenChat: chatPage,
  OrdersPage: () => import("../features/orders/OrdersPage"),
  OrderPage: () => import("../features/orders/OrderPage"),
  AgentsPage: () => import("../features/agents/AgentsPage"),
  MetricsPage: () => import("../features/metrics/MetricsPage"),
  HealthPage: () => import("../features/health/HealthPage"),
  AuditPage: () => import("../features/audit/AuditPage"),
  BudgetPage: () => import("../features/budget/BudgetPage"),
};

/** Fetches every page's code ahead, so that one can go there while the gateway is away. */
export async function loadPages(): Promise<void> {
  for (const load of Object.values(LOADERS)) await load().catch(() => undefined);
}

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

const agents = createRoute({
  getParentRoute: () => root,
  path: "/agents",
  component: lazyRouteComponent(LOADERS.AgentsPage, "AgentsPage"),
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

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    chat,
    conversation,
    orders,
    order,
    agents,
    metrics,
    health,
    audit,
    budget,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error }) => (
    // Most likely a page's code that could not be fetched, or is of an older version than the gateway's.
    <Failure
      error={error instanceof Error ? error : new Error(String(error))}
      onRetry={() => window.location.reload()}
    />
  ),
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
