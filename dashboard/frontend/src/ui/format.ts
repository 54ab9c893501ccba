/** Numbers, money and moments in words. */

/** Dollars with as many digits as they need: $0.0014, $12.30. */
export function dollars(usd: number): string {
  const size = Math.abs(usd);
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.01 ? 3 : size >= 0.0001 ? 5 : 6;
  const text = size.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1");
  return `${usd < 0 ? "−" : ""}$${text}`;
}

export function count(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(share);
}

/** A file's size: 512 B, 12 KB, 3.4 MB. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1_000)} KB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** Milliseconds as people say them: 320 ms, 4.2 s, 3 min 5 s. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment: the time for today, else the date with it. */
export function moment(iso: string | number, language: string, now = new Date()): string {
  const at = new Date(iso);
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric" };
  const isToday = at.toDateString() === now.toDateString();
  const form: Intl.DateTimeFormatOptions = isToday ? { ...time, second: "2-digit" } : { ...day, ...time };
  return new Intl.DateTimeFormat(language, form).format(at);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** How long until a moment, or since: in 3 hours, 2 days ago. */
export function fromNow(iso: string, language: string, now: number): string {
  const ms = Date.parse(iso) - now;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(ms) >= size) ?? (["second", 1_000] as const);
  return new Intl.RelativeTimeFormat(language).format(Math.round(ms / size), unit);
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** When an order was accepted, in milliseconds since 1970: its id says it. */
export function acceptedAt(orderId: string): number | null {
  const ulid = orderId.replace(/^WO-/, "");
  if (ulid.length !== 26) return null;
  let ms = 0;
  for (const letter of ulid.slice(0, 10)) {
    const digit = CROCKFORD.indexOf(letter);
    if (digit < 0) return null;
    ms = ms * 32 + digit;
  }
  return ms;
}
