import { dateIn, isZone, midnightIn } from '../../ui/time';
import type { Every, Schedule, ScheduleSettings } from '../api';
import type { TimelapseLook } from '../../api';
import type { Range } from './ranges';

/** How it is repeated, as fields hold it. */
export interface Repeat {
  on: boolean;
  /** Empty: a name is proposed. */
  name: string;
  every: Every;
  /** 'ended': the day, week or month just ended; 'last': the last so many days. */
  what: 'ended' | 'last';
  days: string;
  zone: string;
  folder: string;
  paused: boolean;
}

export const never: Repeat = { on: false, name: '', every: 'day', what: 'ended', days: '7', zone: '', folder: '', paused: false };

export const repeatOf = (s: Schedule): Repeat => ({
  on: true,
  name: s.name,
  every: s.every,
  what: s.days === null ? 'ended' : 'last',
  days: String(s.days ?? never.days),
  zone: s.zone ?? '',
  folder: s.folder ?? '',
  paused: s.paused,
});

export const settingsOfRepeat = (r: Repeat, timelapse: TimelapseLook): ScheduleSettings => ({
  every: r.every,
  days: r.what === 'last' ? Number(r.days) : null,
  zone: r.zone.trim() || null,
  folder: r.folder.trim() || null,
  paused: r.paused,
  timelapse,
});

/** A name that says what it is: pier-week. */
export const proposedName = (r: Repeat, sources: readonly string[]): string =>
  `${sources.find(Boolean) ?? 'timelapse'}-${r.what === 'last' ? `last-${r.days || '7'}-days` : r.every}`.slice(0, 63);

/** The range that the next one would have about now: what the preview shows. Days are the zone's, else the first source's. */
export function repeatedRange(r: Repeat, now: number, sourceZone: string | null): Range {
  const zone = [r.zone.trim(), sourceZone ?? ''].find((name) => name && isZone(name)) ?? 'UTC';
  const [year, month, day] = dateIn(zone, now);
  const between = (from: [number, number], to: [number, number]): Range => ({ from: midnightIn(zone, year, ...from), to: midnightIn(zone, year, ...to) });
  if (r.what === 'last') return between([month, day - Math.max(1, Number(r.days) || 1)], [month, day]);
  if (r.every === 'day') return between([month, day - 1], [month, day]);
  if (r.every === 'month') return between([month - 1, 1], [month, 1]);
  const monday = day - ((new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7);
  return between([month, monday - 7], [month, monday]);
}
