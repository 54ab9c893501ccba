/** Files on their way into a message. */
import type { Schemas } from "../../api/client";

export const MOST_FILES = 10;
export const MOST_BYTES = 20 * 1024 * 1024;
export const ACCEPTED =
  "image/jpeg,image/png,image/webp,image/gif,text/*,.md,.csv,.json,.yaml,.yml,.toml,.py,.log";

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);

export interface Picked {
  id: string;
  name: string;
  size: number;
  attachment: Schemas["AttachmentIn"];
}

export type Refused = { why: "badFile" | "bigFile"; name: string };

/** The file as the gateway takes it; refused when it is neither a picture nor a text. */
export async function picked(file: File, before: readonly Picked[]): Promise<Picked | Refused> {
  const sum = before.reduce((bytes, one) => bytes + one.size, file.size);
  if (sum > MOST_BYTES) return { why: "bigFile", name: file.name };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isPicture = PICTURES.has(file.type);
  if (!isPicture && !isText(bytes)) return { why: "badFile", name: file.name };
  const attachment = { kind: isPicture ? "image" : "document", data: base64(bytes), name: file.name || null };
  const id = `${file.name} ${file.size} ${before.length} ${file.lastModified}`;
  return { id, name: file.name || "image", size: file.size, attachment: attachment as Picked["attachment"] };
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
