/** Keeps the end of a conversation in view while the reader is there; leaves a reader who has scrolled up alone. */
import { useCallback, useEffect, useRef, useState } from "react";

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
