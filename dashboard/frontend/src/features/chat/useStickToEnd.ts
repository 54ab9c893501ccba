/** Keeps the end of a conversation in view while the reader is there; leaves a reader who has scrolled up alone. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 160;

export function useStickToEnd(content: unknown) {
  const ref = useRef<HTMLDivElement>(null);
  const isNear = useRef(true);
  const [isAway, setAway] = useState(false);
  const go = useCallback(() => {
    isNear.current = true;
    setAway(false);
    window.scrollTo({ top: document.documentElement.scrollHeight });
  }, []);
  useEffect(() => {
    const look = () => {
      const page = document.documentElement;
      isNear.current = page.scrollHeight - window.scrollY - window.innerHeight < NEAR_PX;
      setAway(!isNear.current);
    };
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the content changes
  useEffect(() => {
    if (!isNear.current) return;
    const frame = window.requestAnimationFrame(go);
    return () => window.cancelAnimationFrame(frame);
  }, [content, go]);
  return { ref, isAway, go };
}

/** Keeps what the reader looks at where it is while earlier turns come in above it. `first` names the first turn. */
export function useKeepPlace(first: string | undefined) {
  const ref = useRef<HTMLDivElement>(null);
  const kept = useRef<{ element: Element; top: number; first: string | undefined } | null>(null);
  useLayoutEffect(() => {
    const before = kept.current;
    if (!before || before.first === first || !before.element.isConnected) return;
    kept.current = null;
    window.scrollBy({ top: before.element.getBoundingClientRect().top - before.top, behavior: "instant" });
  }, [first]);
  const remember = () => {
    const element = ref.current?.firstElementChild;
    kept.current = element ? { element, top: element.getBoundingClientRect().top, first } : null;
  };
  return { ref, remember };
}
