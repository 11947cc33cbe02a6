import type { Day, Daylight } from '../../api';
import { dayMs } from '../../ui/time';
import { isEven, type Draft } from './draft';
import { framesWithin, isWhole, type Range } from './ranges';
import { isDay } from './sun';

export interface Length {
  pictures: number;
  /** Pictures a second. */
  fps: number;
  milliseconds: number;
  /** False where it is reckoned, because a day is cut or night is left out. */
  exact: boolean;
}

/** How long the film will be, from the calendar alone; `counted` where the frames were counted one by one. */
export function lengthOf(draft: Draft, lists: readonly (readonly Day[])[], range: Range, counted: number | null, sun: Daylight | null): Length | null {
  const fps = Number(draft.fps);
  const days = leading(lists, range).map((day) => ({ ...day, share: sun ? litShare(day, sun) : 1 }));
  const frames = counted ?? Math.round(days.reduce((sum, day) => sum + day.frames * day.share, 0));
  const rangeDays = (range.to - range.from) / dayMs;
  const seconds = draft.speed === 'secondsPerDay' ? Number(draft.secondsPerDay) * rangeDays : draft.speed === 'seconds' ? Number(draft.seconds) : null;
  if (frames === 0) return null;
  if (isEven(draft)) {
    // A day without frames has no pictures.
    const time = days.reduce((sum, day) => sum + day.time * day.share, 0);
    const pictures = Math.round(draft.speed === 'every' ? time / 1000 / Number(draft.every) : ((seconds ?? 0) * fps * time) / (range.to - range.from));
    return sane({ pictures, fps, milliseconds: (pictures / fps) * 1000, exact: false });
  }
  if (seconds !== null) return sane({ pictures: frames, fps: frames / seconds, milliseconds: seconds * 1000, exact: counted !== null });
  const exact = draft.missing !== 'skip' && (counted !== null || (sun === null && lists.every((list) => list.every((day) => isWhole(day, range)))));
  return sane({ pictures: frames, fps, milliseconds: (frames / fps) * 1000, exact });
}

const sane = (length: Length): Length | null => (length.pictures > 0 && Number.isFinite(length.milliseconds) && length.fps > 0 ? length : null);

interface LeadingDay extends Range {
  day: string;
  /** Of the source that has most of them on that day: it leads. */
  frames: number;
  /** Of the range, that lies in this day. */
  time: number;
}

/** The days of a range that have frames, oldest first, each with what of it is shown. */
export function leading(lists: readonly (readonly Day[])[], range: Range): LeadingDay[] {
  const days = new Map<string, LeadingDay>();
  for (const list of lists) {
    for (const day of list) {
      const frames = framesWithin(day, range);
      if (frames <= (days.get(day.day)?.frames ?? 0)) continue;
      const start = Date.parse(`${day.day}T00:00:00Z`);
      const part = { from: Math.max(range.from, Date.parse(day.first)), to: Math.min(range.to, Date.parse(day.last) + 1) };
      days.set(day.day, { day: day.day, frames, ...part, time: Math.min(range.to, start + dayMs) - Math.max(range.from, start) });
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** How much of a day's frames lie in the light: looked at every half an hour or so. */
function litShare({ from, to }: Range, sun: Daylight): number {
  const looks = Array.from({ length: 48 }, (_, i) => from + ((i + 0.5) / 48) * (to - from));
  return looks.filter((at) => isDay(sun, at)).length / looks.length;
}

/** Why frames cannot be shown at the speed that a length asks for; null where they can. */
export function speedTrouble(draft: Draft, length: Length | null): string | null {
  if (length === null || isEven(draft) || draft.speed === 'fps' || (length.fps >= 1 && length.fps <= 120)) return null;
  return `${length.fps < 10 ? length.fps.toFixed(2) : Math.round(length.fps)} frames a second; 1 to 120 can be shown. Choose another length, or even pictures.`;
}
