import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startLanguages } from "../../i18n";
import { show } from "../../ui/testing";
import { Voice } from "./Voice";

const track = { stop: vi.fn() };

/** A microphone that hears five bytes. */
class Recorder {
  onstop: (() => void) | null = null;
  ondataavailable: ((event: { data: Blob }) => void) | null = null;
  start() {}
  stop() {
    this.ondataavailable?.({ data: new Blob(["hello"], { type: "audio/webm" }) });
    this.onstop?.();
  }
}

function aMicrophone(getUserMedia: () => Promise<unknown>) {
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("navigator", { languages: ["en"], mediaDevices: { getUserMedia } });
}

beforeEach(async () => {
  track.stop.mockClear();
  vi.stubGlobal("navigator", { languages: ["en"] });
  await startLanguages();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function pressed(name: string) {
  fireEvent.click(await screen.findByRole("button", { name }));
  await act(async () => {});
}

test("what is recorded is handed on as a file, and the microphone is given back", async () => {
  aMicrophone(async () => ({ getTracks: () => [track] }));
  const recorded = vi.fn();
  show(<Voice onRecorded={recorded} />);
  await pressed("Record a voice message");
  expect(screen.getByRole("timer").textContent).toBe("Recording, 0:00");
  await pressed("Stop and attach");
  await waitFor(() => expect(recorded).toHaveBeenCalledOnce());
  expect(recorded.mock.calls[0]?.[0].name).toMatch(/^Voice message .*\.webm$/);
  expect(track.stop).toHaveBeenCalledOnce();
  expect(screen.getByRole("button", { name: "Record a voice message" })).toBeTruthy();
});

test("what is discarded is gone, and the microphone is given back", async () => {
  aMicrophone(async () => ({ getTracks: () => [track] }));
  const recorded = vi.fn();
  show(<Voice onRecorded={recorded} />);
  await pressed("Record a voice message");
  await pressed("Discard the recording");
  expect(track.stop).toHaveBeenCalledOnce();
  expect(recorded).not.toHaveBeenCalled();
});

test("a microphone that is refused is said so", async () => {
  aMicrophone(() => Promise.reject(new Error("Permission denied")));
  show(<Voice onRecorded={vi.fn()} />);
  await pressed("Record a voice message");
  expect(screen.getByRole("alert").textContent).toContain("Permission denied");
});

test("over plain http there is no microphone, and no button for it", async () => {
  aMicrophone(async () => ({ getTracks: () => [track] }));
  vi.stubGlobal("isSecureContext", false);
  show(
    <>
      <p>here</p>
      <Voice onRecorded={vi.fn()} />
    </>,
  );
  await screen.findByText("here");
  expect(screen.queryByRole("button")).toBeNull();
});
