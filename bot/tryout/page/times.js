// Practice time as people read it; the zone is already the person's own.

const PARTS = { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };

/** Write a local ISO time, such as `Tue, Nov 24, 9:00 AM`. */
export function moment(iso) {
  const local = new Date(`${iso.slice(0, 19)}Z`);
  return new Intl.DateTimeFormat(document.documentElement.lang, { ...PARTS, timeZone: "UTC" }).format(local);
}

/** Write a local ISO time with its year. */
export function fullMoment(iso) {
  const local = new Date(`${iso.slice(0, 19)}Z`);
  const parts = { ...PARTS, year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(document.documentElement.lang, parts).format(local);
}
