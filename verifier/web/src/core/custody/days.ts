// Calendar days as numbers, and back (protocol/README §1).

const DAY = 86_400_000;

/** Days since 1970-01-01 of a day of the calendar. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY;
}

/** The day so many days later; the same text where that day has no name of ten characters. */
export function shifted(day: string, days: number): string {
  const found = new Date((dayNumber(day) + days) * DAY).toISOString().slice(0, 10);
  return /^\d{4}-/.test(found) && found > '0001' ? found : day;
}

/** The UTC day of a moment, in seconds since 1970. */
export function dayOf(seconds: number): number {
  return Math.floor((seconds * 1000) / DAY);
}
