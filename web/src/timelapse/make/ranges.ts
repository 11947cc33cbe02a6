import type { Day } from '../../api';
import { dayMs, startOfDay, utcDay } from '../../ui/time';

/** Half open: `to` is not in it. */
export interface Range {
  from: number;
  to: number;
}

export interface QuickRange extends Range {
  name: string;
}

/** The ranges that one click chooses, of what there is. */
export function quickRanges(days: readonly Day[], newest: number | null, now: number): QuickRange[] {
  const today = startOfDay(utcDay(now));
  const tomorrow = today + dayMs;
  const first = days.at(-1);
  const last = days[0];
  const all = [
    newest !== null && { name: 'Newest 24 hours', ...newestDay(newest) },
    { name: 'Today', from: today, to: tomorrow },
    { name: 'Yesterday', from: today - dayMs, to: today },
    { name: 'Last 7 days', from: tomorrow - 7 * dayMs, to: tomorrow },
    { name: 'Last 30 days', from: tomorrow - 30 * dayMs, to: tomorrow },
    first && last && { name: 'All', from: startOfDay(first.day), to: startOfDay(last.day) + dayMs },
  ];
  return all.filter((range) => !!range);
}

/** The 24 hours that end with the newest frame; a field knows whole seconds, and the last frame stays in. */
export const newestDay = (newest: number): Range => ({ from: newest - dayMs, to: Math.ceil((newest + 1) / 1000) * 1000 });

/** How many of a day's frames lie in a range: all of them, or its share where it is cut. */
export function framesWithin(day: Day, { from, to }: Range): number {
  const [first, last] = [Date.parse(day.first), Date.parse(day.last)];
  if (from <= first && last < to) return day.frames;
  const share = (Math.min(last, to) - Math.max(first, from)) / (last - first);
  return share > 0 ? Math.max(1, Math.round(day.frames * share)) : 0;
}

/** Whether the calendar alone says how many of a day's frames lie in a range. */
export const isWhole = (day: Day, { from, to }: Range): boolean => {
  const [first, last] = [Date.parse(day.first), Date.parse(day.last)];
  return (from <= first && last < to) || last < from || first >= to;
};

export const countWithin = (days: readonly Day[], range: Range): number => days.reduce((sum, day) => sum + framesWithin(day, range), 0);

/** The days of several sources together, newest first. */
export function together(lists: readonly (readonly Day[])[]): Day[] {
  const byDay = new Map<string, Day>();
  for (const day of lists.flat()) {
    const here = byDay.get(day.day);
    byDay.set(
      day.day,
      here
        ? { ...here, frames: here.frames + day.frames, bytes: here.bytes + day.bytes, first: day.first < here.first ? day.first : here.first, last: day.last > here.last ? day.last : here.last }
        : day,
    );
  }
  return [...byDay.values()].sort((a, b) => (a.day < b.day ? 1 : -1));
}
