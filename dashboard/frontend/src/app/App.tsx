/** Signed in: the shell with its pages. Else: the sign-in. */
import { useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { sessionOptions } from "../api/session";
import { SignIn } from "../features/sign-in/SignIn";
import { LiveProvider } from "../live/LiveProvider";
import { Failure, Loading } from "../ui/States";
import { loadPages, router } from "./router";

const AHEAD_MS = 2_000; // the first page first

export function App({ link }: { link: string | null }) {
  const session = useQuery(sessionOptions);
  const isSignedIn = Boolean(session.data);
  useEffect(() => {
    if (!isSignedIn) return;
    const timer = window.setTimeout(() => void loadPages(), AHEAD_MS);
    return () => window.clearTimeout(timer);
  }, [isSignedIn]);
  if (session.data) {
    return (
      <LiveProvider>
        <RouterProvider router={router} />
      </LiveProvider>
    );
  }
  if (session.data === null) return <SignIn link={link} />;
  if (session.isError) return <Failure error={session.error} onRetry={() => void session.refetch()} />;
  return <Loading />;
}
