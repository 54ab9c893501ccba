/** The one-time link, `/#link=CODE`: read once and wiped from the address and the history at once. */
export function takeLink(): string | null {
  const code = new URLSearchParams(window.location.hash.slice(1)).get("link");
  if (code === null) return null;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return code || null;
}
