import { expect, test } from "vitest";
import { isSound, picked } from "./files";
import { wav } from "./sound";

test("a recording becomes a WAV that says how long it is", () => {
  const file = new DataView(wav([new Float32Array([0, 1, -1, 2])], 16_000));
  const text = (at: number, length: number) =>
    String.fromCharCode(...new Uint8Array(file.buffer.slice(at, at + length)));
  expect([text(0, 4), text(8, 8), text(36, 4)]).toEqual(["RIFF", "WAVEfmt ", "data"]);
  expect(file.getUint32(24, true)).toBe(16_000);
  expect(file.getUint32(40, true)).toBe(8);
  expect(file.byteLength).toBe(52);
  expect([44, 46, 48, 50].map((at) => file.getInt16(at, true))).toEqual([0, 32_767, -32_767, 32_767]);
});

test("channels are mixed into one", () => {
  const file = new DataView(wav([new Float32Array([1]), new Float32Array([0])], 16_000));
  expect(file.getInt16(44, true)).toBe(16_384);
});

test.each([
  ["Ogg", "OggS\0\x02\0\0\0\0\0\0"],
  ["WAV", "RIFF\x24\0\0\0WAVE"],
  ["FLAC", "fLaC\0\0\0\x22\0\0\0\0"],
  ["M4A", "\0\0\0\x20ftypM4A "],
  ["WebM", "\x1a\x45\xdf\xa3\0\0\0\0\0\0\0\0"],
  ["MP3 with a tag", "ID3\x04\0\0\0\0\0\0\0\0"],
  ["MP3", "\xff\xfb\x90\0\0\0\0\0\0\0\0\0"],
])("%s is a sound", (_name, head) => {
  expect(isSound(Uint8Array.from(head, (letter) => letter.charCodeAt(0)))).toBe(true);
});

test("a picture, a text and a PDF are none", () => {
  for (const head of ["\x89PNG\r\n\x1a\n", "RIFF\x24\0\0\0WEBP", "Once upon a time", "%PDF-1.7"]) {
    expect(isSound(Uint8Array.from(head, (letter) => letter.charCodeAt(0)))).toBe(false);
  }
});

test("a sound goes out as one, a text as a document, and what is neither not at all", async () => {
  const file = (content: string | ArrayBuffer, name: string) => new File([content], name);
  const recorded = await picked(file(wav([new Float32Array(10)], 16_000), "voice.wav"), []);
  expect(recorded).toMatchObject({ attachment: { kind: "audio", name: "voice.wav" } });
  expect(await picked(file("words", "a.txt"), [])).toMatchObject({ attachment: { kind: "document" } });
  expect(await picked(file("%PDF\0", "a.pdf"), [])).toEqual({ why: "badFile", name: "a.pdf" });
});
