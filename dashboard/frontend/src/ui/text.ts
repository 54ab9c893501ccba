/** Words of models and strangers, made harmless to look at. */

/** ANSI colours and other terminal commands: ESC [ … letter, ESC ] … BEL, and the like. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** What turns the direction of the text around it, or is not seen at all, or could carry words that are not seen. */
const HIDDEN = new RegExp(
  "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f" +
    "\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]",
  "gu",
);
/** Signs above and below one letter, so many that they cover what stands around it. */
const HEAPED = /(\p{M}{8})\p{M}+/gu;
const LINES = /[\u2028\u2029]/g;

/** The text without terminal commands, control characters, and characters that turn, hide or cover what is read. */
export function readable(text: string): string {
  return text
    .replace(TERMINAL, "")
    .replace(CONTROL, "")
    .replace(LINES, "\n")
    .replace(HIDDEN, "")
    .replace(HEAPED, "$1");
}

/** The same in one line, cut to `most` characters. */
export function oneLine(text: string, most = 160): string {
  const line = readable(text).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** Who did something, without the id of the token or the browser's session that the audit has. */
export function actorName(actor: string): string {
  return oneLine(actor.replace(/\/[^/]*$/, ""), 80);
}
