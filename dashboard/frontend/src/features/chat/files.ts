/** Files on their way into a message. */
import type { Schemas } from "../../api/client";

export const MOST_FILES = 10;
export const MOST_BYTES = 20 * 1024 * 1024;
export const ACCEPTED =
  "image/jpeg,image/png,image/webp,image/gif,audio/*,.ogg,.oga,.opus,.mp3,.m4a,.wav,.webm,.flac," +
  "text/*,.md,.csv,.json,.yaml,.yml,.toml,.py,.log";

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);

export interface Picked {
  id: string;
  name: string;
  size: number;
  attachment: Schemas["AttachmentIn"];
}

export type Refused = { why: "badFile" | "bigFile"; name: string };

/** The file as the gateway takes it; refused when it is neither a picture, a sound nor a text. */
export async function picked(file: File, before: readonly Picked[]): Promise<Picked | Refused> {
  const sum = before.reduce((bytes, one) => bytes + one.size, file.size);
  if (sum > MOST_BYTES) return { why: "bigFile", name: file.name };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(file.type, bytes);
  if (kind === null) return { why: "badFile", name: file.name };
  const attachment = { kind, data: base64(bytes), name: file.name || null };
  const id = `${file.name} ${file.size} ${before.length} ${file.lastModified}`;
  return { id, name: file.name || kind, size: file.size, attachment: attachment as Picked["attachment"] };
}

function kindOf(type: string, bytes: Uint8Array): Schemas["AttachmentKind"] | null {
  if (PICTURES.has(type)) return "image";
  if (isSound(bytes)) return "audio";
  return isText(bytes) ? "document" : null;
}

/** By its first bytes, as the gateway looks at it, which has the last word. */
export function isSound(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  const isMp3 = head.startsWith("ID3") || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2);
  return (
    isMp3 ||
    head.startsWith("OggS") ||
    head.startsWith("fLaC") ||
    head.startsWith("\x1a\x45\xdf\xa3") ||
    head.slice(4, 8) === "ftyp" ||
    (head.startsWith("RIFF") && head.endsWith("WAVE"))
  );
}

function isText(bytes: Uint8Array): boolean {
  const hasMark = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (hasMark) return true;
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\0");
  } catch {
    return false;
  }
}

function base64(bytes: Uint8Array): string {
  const PIECE = 0x8000; // more arguments at once are too many for String.fromCharCode
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE)
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}
