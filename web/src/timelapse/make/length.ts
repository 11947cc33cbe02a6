import type { Day, Daylight } from '../../api';
import { dayMs, startOfDay, utcDay } from '../../ui/time';
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
export function lengthOf(draft: Draft, lists: readonly (readonly Day[])[], range: Range, counted: number | null, sun: Daylight | null, now: number): Length | null {
  const fps = Number(draft.fps);
  const days = leading(lists, range);
  const lit = (parts: readonly Range[]) => parts.reduce((sum, part) => sum + (part.to - part.from) * (sun ? litShare(part, sun) : 1), 0);
  const frames = counted ?? Math.round(days.reduce((sum, day) => sum + day.frames * (sun ? litShare(day, sun) : 1), 0));
  if (frames === 0) return null;
  if (isEven(draft)) {
    const all = evenParts(lists, range, now);
    const shown = draft.missing === 'skip' ? days : all;
    if (draft.speed === 'seconds') {
      // They are spread over what is shown; where some are skipped the others take their time.
      const seconds = Number(draft.seconds);
      const pictures = Math.round(shown === all ? seconds * fps : (seconds * fps * lit(shown)) / lit(all));
      return sane({ pictures, fps: pictures / seconds, milliseconds: seconds * 1000, exact: shown === all });
    }
    const pictures = Math.round(draft.speed === 'every' ? lit(shown) / 1000 / Number(draft.every) : (Number(draft.secondsPerDay) * fps * lit(shown)) / dayMs);
    return sane({ pictures, fps, milliseconds: (pictures / fps) * 1000, exact: false });
  }
  const seconds = draft.speed === 'secondsPerDay' ? (Number(draft.secondsPerDay) * (range.to - range.from)) / dayMs : draft.speed === 'seconds' ? Number(draft.seconds) : null;
  if (seconds !== null) return sane({ pictures: frames, fps: frames / seconds, milliseconds: seconds * 1000, exact: counted !== null });
  const exact = draft.missing !== 'skip' && (counted !== null || (sun === null && lists.every((list) => list.every((day) => isWhole(day, range)))));
  return sane({ pictures: frames, fps, milliseconds: (frames / fps) * 1000, exact });
}

const sane = (length: Length): Length | null => (length.pictures > 0 && Number.isFinite(length.milliseconds) && length.fps > 0 ? length : null);

interface LeadingDay extends Range {
  day: string;
  /** Of the source that has most of them on that day: it leads. */
  frames: number;
}

/** The days of a range that have frames, oldest first, each with what of it is shown. */
export function leading(lists: readonly (readonly Day[])[], range: Range): LeadingDay[] {
  const days = new Map<string, LeadingDay>();
  for (const list of lists) {
    for (const day of list) {
      const frames = framesWithin(day, range);
      if (frames <= (days.get(day.day)?.frames ?? 0)) continue;
      days.set(day.day, { day: day.day, frames, from: Math.max(range.from, Date.parse(day.first)), to: Math.min(range.to, Date.parse(day.last) + 1) });
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** What even pictures are of, day by day: days without frames too, from the first that has some to now, or to the newest frame where a camera's clock is ahead. */
export function evenParts(lists: readonly (readonly Day[])[], range: Range, now: number): Range[] {
  const days = lists.flat();
  const from = days.reduce((first, day) => Math.min(first, startOfDay(day.day)), Infinity);
  const to = days.reduce((last, day) => Math.max(last, Date.parse(day.last) + 1), now);
  const end = Math.min(range.to, to);
  const parts: Range[] = [];
  for (let at = Math.max(range.from, from); at < end; at = parts.at(-1)?.to ?? end) parts.push({ from: at, to: Math.min(end, startOfDay(utcDay(at)) + dayMs) });
  return parts;
}

/** How much of a day's frames lie in the light: looked at every half an hour or so. */
function litShare({ from, to }: Range, sun: Daylight): number {
  const looks = Array.from({ length: 48 }, (_, i) => from + ((i + 0.5) / 48) * (to - from));
  return looks.filter((at) => isDay(sun, at)).length / looks.length;
}

/** Why frames cannot be shown at the speed that a length asks for; null where they can. */
export function speedTrouble(draft: Draft, length: Length | null): string | null {
  if (length === null || draft.speed === 'fps' || (length.fps >= 1 && length.fps <= 120)) return null;
  if (isEven(draft)) return draft.speed === 'seconds' && length.fps < 1 ? 'Too few pictures are left for this length. Choose a shorter one, or hold what is missing.' : null;
  return `${length.fps < 10 ? length.fps.toFixed(2) : Math.round(length.fps)} frames a second; 1 to 120 can be shown. Choose another length, or even pictures.`;
}
