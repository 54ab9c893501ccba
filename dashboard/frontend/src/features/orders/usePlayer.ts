/** Plays a row of moments: by itself, step by step, or from anywhere; with the keys of every player. */
import { useCallback, useEffect, useState } from "react";
import { type Moment, pauseMs, type Speed } from "./replay";

export interface Player {
  n: number;
  isPlaying: boolean;
  speed: Speed;
  /** Goes to a moment and stays there. */
  seek(n: number): void;
  toggle(): void;
  setSpeed(speed: Speed): void;
}

export function usePlayer(moments: readonly Moment[]): Player {
  const last = Math.max(0, moments.length - 1);
  const [n, setN] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(4);
  const seek = useCallback(
    (to: number) => {
      setPlaying(false);
      setN(Math.min(last, Math.max(0, to)));
    },
    [last],
  );
  const toggle = useCallback(() => {
    setPlaying((was) => !was);
    if (!isPlaying && n >= last) setN(0); // from the beginning once more
  }, [isPlaying, n, last]);
  useEffect(() => {
    if (!isPlaying) return;
    if (n >= last) {
      setPlaying(false);
      return;
    }
    const timer = window.setTimeout(() => setN(n + 1), pauseMs(moments, n, speed));
    return () => window.clearTimeout(timer);
  }, [isPlaying, n, last, moments, speed]);
  useKeys({ n, last, seek, toggle });
  return { n, isPlaying, speed, seek, toggle, setSpeed };
}

interface Keys {
  n: number;
  last: number;
  seek(n: number): void;
  toggle(): void;
}

/** Space, the arrows, Home and End; not where they mean something else. */
function useKeys({ n, last, seek, toggle }: Keys): void {
  useEffect(() => {
    const go: Record<string, () => void> = {
      " ": toggle,
      ArrowRight: () => seek(n + 1),
      ArrowLeft: () => seek(n - 1),
      Home: () => seek(0),
      End: () => seek(last),
    };
    const onKey = (event: KeyboardEvent) => {
      const does = go[event.key];
      if (!does || event.altKey || event.ctrlKey || event.metaKey || isTaken(event)) return;
      event.preventDefault();
      does();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [n, last, seek, toggle]);
}

/** A field takes every key, the slider its arrows, a button and a link Space. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("select, textarea, pre, audio, [role=menu], input:not([type=range])")) return true;
  if (event.key === " ") return target?.closest("button, a, summary") != null;
  return target?.closest("input") != null;
}
