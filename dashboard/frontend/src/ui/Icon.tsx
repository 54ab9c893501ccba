/** The few icons there are, drawn in the text's colour. Decoration: what carries one has a name of its own. */

const PATHS = {
  chat: "M4 5h16v11H9l-5 4z",
  orders: "M5 4h14v16H5zM8.5 9h7M8.5 13h7M8.5 17h4",
  agents:
    "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c.6-3.4 3-5 6-5s5.400 1.600 6 5M16 5.200a3 3 0 0 1 0 5.600M18 15c1.700.8 2.700 2.300 3 4.500",
  equipment:
    "M14.500 6.500a4 4 0 0 1 5.200-3.300l-2.400 2.400 1.100 2 2 1.100 2.400-2.400a4 4 0 0 1-5.300 4.600L8.500 20a2.100 2.100 0 0 1-3-3l9-8.900c-.1-.500-.1-1.100 0-1.600z",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  metrics: "M4 20V4M4 20h16M8.500 16v-5M13 16V7M17.500 16v-7",
  budget:
    "M12 3v18M16.500 7.500c-.8-1.500-2.400-2-4.500-2-2.500 0-4.300 1-4.300 3.200 0 4.600 9.100 2 9.100 6.600 0 2.200-2 3.200-4.800 3.200-2.300 0-4.200-.7-5-2.500",
  health: "M3 12h4l2.500-6 4.500 12 2.500-6H21",
  audit: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
  pause: "M8.500 6v12M15.500 6v12",
  play: "M8 5.500l10.500 6.500-10.500 6.500z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  check: "M5 12.500l4.500 4.500L19 7.500",
  send: "M4 12l16-8-6 16-3-6.500z",
  attach: "M8 12.500l6.500-6.500a3 3 0 0 1 4.300 4.300l-8.500 8.500a5 5 0 0 1-7-7L11.500 3.500",
  close: "M6 6l12 12M18 6L6 18",
  list: "M4 6h16M4 12h16M4 18h10",
  plus: "M12 5v14M5 12h14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  stop: "M7 7h10v10H7z",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  next: "M9 6l6 6-6 6",
  previous: "M15 6l-6 6 6 6",
  first: "M18 6l-6 6 6 6M7 6v12",
  last: "M6 6l6 6-6 6M17 6v12",
  mic: "M12 3.500a2.800 2.800 0 0 0-2.800 2.800v5a2.800 2.800 0 0 0 5.600 0v-5A2.800 2.800 0 0 0 12 3.500zM5.500 11a6.500 6.500 0 0 0 13 0M12 17.500V21",
  again: "M20 12a8 8 0 1 1-2.400-5.700M20 3v4.500h-4.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
