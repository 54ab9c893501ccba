/** Where all server state lives. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem, ConnectionLost } from "../api/problem";
import { sessionOptions } from "../api/session";

const MOST_TRIES = 3;

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signedOut }),
  mutationCache: new MutationCache({ onError: signedOut }),
  defaultOptions: {
    queries: {
      networkMode: "always", // a LAN works without the internet
      staleTime: 5_000,
      retry: (failures, error) => failures < MOST_TRIES && mayPass(error),
      retryDelay: (failures, error) =>
        error instanceof ApiProblem && error.retryAfterS !== null
          ? error.retryAfterS * 1_000
          : Math.min(8_000, 500 * 2 ** failures),
    },
    mutations: { networkMode: "always" },
  },
});

function mayPass(error: Error): boolean {
  return (
    error instanceof ConnectionLost || (error instanceof ApiProblem && [429, 503].includes(error.status))
  );
}

/** Whatever says 401 makes the app ask again who is signed in; nobody shows the sign-in. */
function signedOut(error: Error): void {
  if (error instanceof ApiProblem && error.status === 401) {
    void queryClient.invalidateQueries({ queryKey: sessionOptions.queryKey });
  }
}
