/** The microphone, for one recording at a time. */
import { useCallback, useEffect, useRef, useState } from "react";
import { asWav } from "./sound";

const LONGEST_MS = 5 * 60_000; // as WAV about 10 MB

/** Browsers give the microphone to pages of a secure context alone: https, or this machine itself. */
export function mayRecord(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return (
    window.isSecureContext &&
    typeof MediaRecorder !== "undefined" &&
    typeof navigator.mediaDevices?.getUserMedia === "function" &&
    (featurePolicy?.allowsFeature("microphone") ?? true)
  );
}

export interface Recorder {
  /** When the recording began, in milliseconds since 1970; null while there is none. */
  since: number | null;
  /** Why there is none, in the browser's words. */
  trouble: string | null;
  start(): Promise<void>;
  /** Ends the recording; without `isKept` it is thrown away. */
  stop(isKept: boolean): void;
}

export function useRecorder(onRecorded: (sound: Blob) => void): Recorder {
  const running = useRef<MediaRecorder | null>(null);
  const deliver = useRef(onRecorded);
  deliver.current = onRecorded;
  const [since, setSince] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const stop = useCallback((isKept: boolean) => {
    const recorder = running.current;
    running.current = null;
    setSince(null);
    if (!recorder) return;
    if (!isKept) recorder.ondataavailable = null;
    recorder.stop();
  }, []);
  const start = useCallback(async () => {
    setTrouble(null);
    try {
      const recorder = await open((sound) => deliver.current(sound));
      running.current = recorder;
      setSince(Date.now());
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  }, []);
  useEffect(() => {
    if (since === null) return;
    const timer = window.setTimeout(() => stop(true), LONGEST_MS);
    return () => window.clearTimeout(timer);
  }, [since, stop]);
  useEffect(() => () => stop(false), [stop]);
  return { since, trouble, start, stop };
}

/** A recorder that runs; when it ends it gives the microphone back and hands on what it heard. */
async function open(onSound: (sound: Blob) => void): Promise<MediaRecorder> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  recorder.onstop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  recorder.ondataavailable = ({ data }) => {
    if (data.size > 0) void asWav(data).then(onSound, () => onSound(data));
  };
  recorder.start();
  return recorder;
}
