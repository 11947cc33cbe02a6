// Which frames a preview shows. Few are listed at once; of many, the one at each chosen instant is asked for.
import { api, type Day, type Daylight, type Frame } from '../../api';
import { nearest, paceOf } from '../../archive/times';
import { nodeNow } from '../../live/clock';
import { evenParts, leading } from '../make/length';
import { countWithin, type Range } from '../make/ranges';
import { isDay } from '../make/sun';

export interface Wanted {
  /** By place in the picture. */
  ids: readonly string[];
  range: Range;
  even: boolean;
  missing: 'hold' | 'skip' | 'slate';
  /** Where the sun must be up; null: night is shown too. */
  sun: Daylight | null;
  days: ReadonlyMap<string, readonly Day[]>;
}

export interface Found {
  /** What each picture is of, oldest first. */
  instants: readonly number[];
  /** How many pictures there are in all, where the frames were listed and each makes one; else null. */
  counted: number | null;
  /** A source's frame at an instant; null where it has none near it. */
  frame: (id: string, at: number, signal: AbortSignal) => Promise<Frame | null>;
}

const listed = 600;
const most = { 1: 120, 2: 90, 4: 60 } as Record<number, number>;

export async function find(wanted: Wanted, signal: AbortSignal): Promise<Found> {
  const ids = [...new Set(wanted.ids)];
  const room = most[ids.length] ?? 60;
  const few = ids.every((id) => countWithin(wanted.days.get(id) ?? [], wanted.range) <= listed);
  const lists = few ? await listAll(ids, wanted.range, signal) : null;
  return lists ? fromLists(lists, wanted, room) : bySamples(wanted, room);
}

async function listAll(ids: readonly string[], range: Range, signal: AbortSignal): Promise<Map<string, Frame[]> | null> {
  const pages = await Promise.all(ids.map((id) => api.frames(id, { ...written(range), limit: 1000, cursor: null }, signal)));
  return pages.some((page) => page.next !== null) ? null : new Map(ids.map((id, i) => [id, pages[i]?.frames ?? []]));
}

function fromLists(lists: ReadonlyMap<string, Frame[]>, wanted: Wanted, room: number): Found {
  const byDay = new Map([...lists].map(([id, frames]) => [id, grouped(frames.filter((f) => isLit(wanted, Date.parse(f.time))))]));
  const days = [...new Set([...byDay.values()].flatMap((of) => [...of.keys()]))].sort();
  const of = (id: string, day: string) => byDay.get(id)?.get(day) ?? [];
  // Of each day, the source with most frames leads.
  const leaders = days.map((day) => wanted.ids.map((id) => of(id, day)).reduce((a, b) => (b.length > a.length ? b : a)));
  const all = leaders.flat().map((f) => Date.parse(f.time));
  return {
    instants: wanted.even ? spread(wanted, room) : picked(all, room),
    counted: wanted.even ? null : all.length,
    frame: (id, at) => {
      const day = new Date(at).toISOString().slice(0, 10);
      const frames = of(id, day);
      const frame = frames[nearest(frames, at)];
      const usual = Math.max(paceOf(frames), paceOf(leaders[days.indexOf(day)] ?? []));
      return Promise.resolve(frame && Math.abs(Date.parse(frame.time) - at) <= usual ? frame : null);
    },
  };
}

function bySamples(wanted: Wanted, room: number): Found {
  const days = new Map([...wanted.days].map(([id, list]) => [id, new Map(list.map((d) => [d.day, d]))]));
  return {
    instants: spread(wanted, room),
    counted: null,
    frame: async (id, at, signal) => {
      const day = days.get(id)?.get(new Date(at).toISOString().slice(0, 10));
      if (!day) return null;
      const usual = (Date.parse(day.last) - Date.parse(day.first)) / Math.max(1, day.frames - 1);
      // Half a step before the instant begins what is nearest to it.
      const from = Math.max(wanted.range.from, Math.min(at, Date.parse(day.last)) - Math.ceil(usual / 2));
      const to = Math.min(wanted.range.to, Date.parse(day.last) + 1);
      if (from >= to) return null;
      const { frames } = await api.frames(id, { ...written({ from, to }), limit: 1, cursor: null }, signal);
      const frame = frames[0];
      return frame && Date.parse(frame.time) - at <= 2 * usual ? frame : null;
    },
  };
}

function grouped(frames: readonly Frame[]): Map<string, Frame[]> {
  const days = new Map<string, Frame[]>();
  for (const frame of frames) {
    const day = frame.time.slice(0, 10);
    const of = days.get(day);
    if (of) of.push(frame);
    else days.set(day, [frame]);
  }
  return days;
}

/** At most so many of all, evenly. */
function picked(all: readonly number[], room: number): number[] {
  const n = Math.min(room, all.length);
  return Array.from({ length: n }, (_, i) => all[n === 1 ? 0 : Math.round((i * (all.length - 1)) / (n - 1))] as number);
}

/** Instants spread over the days that are shown: as many to each as it has pictures, or as it takes time. */
function spread(wanted: Wanted, room: number): number[] {
  return wanted.sun === null ? spreadAll(wanted, room) : picked(spreadAll(wanted, room * 4).filter((at) => isLit(wanted, at)), room);
}

const isLit = ({ sun }: Wanted, at: number): boolean => sun === null || isDay(sun, at);

function spreadAll({ ids, range, even, missing, days }: Wanted, room: number): number[] {
  const lists = ids.map((id) => days.get(id) ?? []);
  // Where what is missing is skipped, there is nothing to be seen of days without frames.
  const timed = (parts: readonly Range[]) => parts.map((part) => ({ ...part, weight: part.to - part.from }));
  const parts = !even ? leading(lists, range).map((part) => ({ ...part, weight: part.frames })) : timed(missing === 'skip' ? leading(lists, range) : evenParts(lists, range, nodeNow()));
  const whole = parts.reduce((sum, part) => sum + part.weight, 0);
  const instants: number[] = [];
  let [before, i] = [0, 0];
  for (const part of parts) {
    for (; i < room; i++) {
      const share = (((i + 0.5) / room) * whole - before) / part.weight;
      if (share > 1) break;
      instants.push(Math.round(part.from + share * (part.to - part.from)));
    }
    before += part.weight;
  }
  return instants;
}

const written = ({ from, to }: Range) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
