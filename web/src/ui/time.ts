// Time as words. Instants are milliseconds since 1970 in UTC; nothing here reads a clock.

const two = (n: number) => String(n).padStart(2, '0');

export const dayMs = 86_400_000;

/** 2026-11-22 */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** 08:15:30, or 08:15:30.250 where the instant has a fraction. */
export function utcClock(at: number): string {
  const text = new Date(at).toISOString();
  return at % 1000 === 0 ? text.slice(11, 19) : text.slice(11, 23);
}

/** 08:15:30, the fraction dropped. */
export function utcSeconds(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** 08:15 */
export function utcMinutes(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** 2026-11-22 08:15:30 UTC */
export function utcFull(at: number): string {
  return `${utcDay(at)} ${utcClock(at)} UTC`;
}

const localFormat = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/** The same instant on this computer's clock, with its zone: Sun 09:15:30 GMT+1 */
export function localClock(at: number): string {
  return localFormat.format(at);
}

const longDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const monthName = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });

/** Sunday 22 November 2026 */
export const dayInWords = (day: string) => longDay.format(startOfDay(day)).replace(',', '');
/** November 2026 */
export const monthInWords = (at: number) => monthName.format(at);
/** 22 Nov */
export const dayInShort = (at: number) => shortDay.format(at);

export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The day, month from 0, and year that an instant has in a zone, which Intl must know. */
export function dateIn(zone: string, at: number): [year: number, month: number, day: number] {
  const there = new Date(at + offsetIn(zone, at));
  return [there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate()];
}

/** When a day begins in a zone: where clocks skip midnight, when they do. Days and months beyond their number go on with the next. */
export function midnightIn(zone: string, year: number, month: number, day: number): number {
  const there = Date.UTC(year, month, day);
  const [before, after] = [there - offsetIn(zone, there - dayMs), there - offsetIn(zone, there + dayMs)];
  const midnights = [before, after].filter((at) => at + offsetIn(zone, at) === there);
  return midnights.length > 0 ? Math.min(...midnights) : before;
}

/** Whether a name is a time zone's. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

function offsetIn(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000;
}

/** A length of time, coarse as it grows: 12 s · 4 min 12 s · 2 h 5 min · 3 days */
export function span(milliseconds: number): string {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 10) return s % 60 === 0 ? `${m} min` : `${m} min ${s % 60} s`;
  if (m < 60) return `${m} min`;
  const h = Math.floor(m / 60);
  if (h < 48) return m % 60 === 0 ? `${h} h` : `${h} h ${m % 60} min`;
  return `${Math.floor(h / 24)} days`;
}

/** 12 s ago; a frame whose clock runs ahead is said to be ahead. */
export function age(then: number, now: number): string {
  const past = now - then;
  if (past < -2000) return `${span(-past)} ahead`;
  return `${span(past)} ago`;
}

/** A schedule as it was written: 10 min, 30 s, 1 h */
export const schedule = (seconds: number) => span(seconds * 1000);

/** The length of a film: 0:05, 12:30 */
export function filmLength(milliseconds: number): string {
  const s = milliseconds / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  const whole = Math.round(s);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
}

/** Hours, minutes and seconds for an address: 081500, or 081500.250 */
export function clockForAddress(at: number): string {
  return utcClock(at).replaceAll(':', '');
}

/** The instant a day and an address' clock name, or null when they name none. */
export function clockFromAddress(day: string, clock: string): number | null {
  const m = /^(\d\d)(\d\d)(\d\d(?:\.\d{1,3})?)$/.exec(clock);
  if (!m) return null;
  const at = Date.parse(`${day}T${m[1]}:${m[2]}:${m[3]}Z`);
  return Number.isNaN(at) ? null : at;
}

/** The text of a UTC instant for a datetime-local field, which knows no zone. */
export const forField = (at: number) => new Date(at).toISOString().slice(0, 19);

/** The UTC instant a datetime-local field holds, or null when it is empty or half typed. */
export function fromField(text: string): number | null {
  const at = Date.parse(`${text}Z`);
  return text === '' || Number.isNaN(at) ? null : at;
}
