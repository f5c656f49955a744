// Practice time as people read it; every time that arrives is already local to the person.

const DAY = { weekday: "short", month: "short", day: "numeric" };
const HOUR = { hour: "numeric", minute: "2-digit" };
const A_DAY = 86_400_000;

/** Write a moment, such as `Tue, Nov 24, 9:00 AM`. */
export const moment = (iso) => written(iso, { ...DAY, ...HOUR });

/** Write a day alone, such as `Tuesday, November 24, 2026`. */
export const day = (iso) =>
  written(iso, { weekday: "long", month: "long", day: "numeric", year: "numeric" });

/** Write a short day, such as `Tue, Nov 24`. */
export const shortDay = (iso) => written(iso, DAY);

/** Write an hour, such as `9:00 AM`. */
export const hour = (iso) => written(iso, HOUR);

/** The local time so many days after `iso`. */
export function daysAfter(iso, days) {
  return new Date(wall(iso).getTime() + days * A_DAY).toISOString();
}

function written(iso, parts) {
  const { lang } = document.documentElement;
  return new Intl.DateTimeFormat(lang, { ...parts, timeZone: "UTC" }).format(wall(iso));
}

/** The numbers on the person's clock, read as if they were UTC, so that no zone shifts them. */
function wall(iso) {
  return new Date(`${iso.slice(0, 19)}Z`);
}
