// Days and instants in the text forms of protocol/README §1; the calendar is the proleptic Gregorian, years 0001 to 9999.

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;

/** Whether the text names a day that was or will be. */
export function isDay(text: string): boolean {
  const found = DAY.exec(text);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

export function isInstant(text: string): boolean {
  const found = INSTANT.exec(text);
  return found !== null && isDay(found[1]);
}

/** Milliseconds since 1970 of an instant; NaN if it is none. */
export function milliseconds(instant: string): number {
  return isInstant(instant) ? Date.parse(instant) : NaN;
}

/** The calendar day of an instant at an offset (`+01:00`); undefined if the instant is none or the day has no name. */
export function localDay(instant: string, offset: string): string | undefined {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  const shifted = milliseconds(instant) + (offset.startsWith('-') ? -minutes : minutes) * 60_000;
  if (Number.isNaN(shifted)) return undefined;
  const day = new Date(shifted).toISOString().slice(0, 10);
  return isDay(day) ? day : undefined;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
