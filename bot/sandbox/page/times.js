// Formats of sandbox times; every time from the server is already local to the persona.

const DAY = { weekday: "short", month: "short", day: "numeric" };
const TIME = { hour: "numeric", minute: "2-digit" };
const DAY_MILLISECONDS = 86_400_000;

/** Format day and time, such as `Tue, Nov 24, 9:00 AM`. */
export const formatMoment = (iso) => format(iso, { ...DAY, ...TIME });

/** Format a day, such as `Tuesday, November 24, 2026`. */
export const formatDay = (iso) =>
  format(iso, { weekday: "long", month: "long", day: "numeric", year: "numeric" });

/** Format a short day, such as `Tue, Nov 24`. */
export const formatShortDay = (iso) => format(iso, DAY);

/** Format a time, such as `9:00 AM`. */
export const formatTime = (iso) => format(iso, TIME);

/** Return the local time a number of days after `iso`. */
export function addDays(iso, days) {
  return new Date(parseLocalTime(iso).getTime() + days * DAY_MILLISECONDS).toISOString();
}

function format(iso, options) {
  const { lang } = document.documentElement;
  const formatter = new Intl.DateTimeFormat(lang, { ...options, timeZone: "UTC" });
  return formatter.format(parseLocalTime(iso));
}

/** Parse a local time as if it were UTC, so that the browser's time zone does not change it. */
function parseLocalTime(iso) {
  return new Date(`${iso.slice(0, 19)}Z`);
}
