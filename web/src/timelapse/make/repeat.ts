import { dayMs, startOfDay, utcDay } from '../../ui/time';
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

/** The range that the next one would have about now, in UTC: what the preview shows. */
export function repeatedRange(r: Repeat, now: number): Range {
  const today = startOfDay(utcDay(now));
  if (r.what === 'last') return { from: today - Math.max(1, Number(r.days) || 1) * dayMs, to: today };
  if (r.every === 'day') return { from: today - dayMs, to: today };
  const date = new Date(today);
  if (r.every === 'week') {
    const monday = today - ((date.getUTCDay() + 6) % 7) * dayMs;
    return { from: monday - 7 * dayMs, to: monday };
  }
  const month = (by: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by, 1);
  return { from: month(-1), to: month(0) };
}
