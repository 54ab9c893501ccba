/** Words of models and strangers, made harmless to look at. */

/** ANSI colours and other terminal commands: ESC [ … letter, ESC ] … BEL, and the like. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** What turns the direction of the text around it, or is not seen at all. */
const HIDDEN = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** The text without terminal commands, control characters, and characters that turn or hide what is read. */
export function readable(text: string): string {
  return text.replace(TERMINAL, "").replace(CONTROL, "").replace(HIDDEN, "");
}

/** The same in one line, cut to `most` characters. */
export function oneLine(text: string, most = 160): string {
  const line = readable(text).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
