import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Day, type Frame } from '../api';
import { epoch, onFrame } from '../live/node';
import { useStore } from '../ui/store';
import { dayMs, startOfDay } from '../ui/time';

export interface Loaded<T> {
  value: T | null;
  problem: unknown;
}

/** Adds a frame where its time belongs: late ones come in between. */
export function insert(frames: readonly Frame[], frame: Frame): readonly Frame[] {
  if (frames.some((f) => f.url === frame.url)) return frames;
  const last = frames.at(-1);
  if (!last || last.time < frame.time) return [...frames, frame];
  return [...frames, frame].sort((a, b) => (a.time < b.time ? -1 : 1));
}

/** The days a source has frames of, newest first, kept true by its frames as they come. */
export function useDays(source: string): Loaded<Day[]> {
  const [state, setState] = useState<Loaded<Day[]>>({ value: null, problem: null });
  const turn = useStore(epoch, (n) => n);
  useEffect(() => {
    // Before the live connection stands, a frame could fall between the answer and the first event.
    if (turn === 0) return;
    const stop = new AbortController();
    api.days(source, stop.signal).then(
      (value) => setState({ value, problem: null }),
      (problem) => stop.signal.aborted || setState((s) => ({ ...s, problem })),
    );
    return () => stop.abort();
  }, [source, turn]);
  useEffect(
    () =>
      onFrame((frame) => {
        if (frame.source !== source) return;
        setState((s) => (s.value === null ? s : { ...s, value: withFrame(s.value, frame) }));
      }),
    [source],
  );
  return state;
}

/** Days with one frame more. */
export function withFrame(days: Day[], frame: Frame): Day[] {
  const day = frame.time.slice(0, 10);
  const here = days.find((d) => d.day === day);
  if (!here) {
    const fresh = { day, frames: 1, bytes: frame.bytes, first: frame.time, last: frame.time };
    return [...days, fresh].sort((a, b) => (a.day < b.day ? 1 : -1));
  }
  const grown = {
    ...here,
    frames: here.frames + 1,
    bytes: here.bytes + frame.bytes,
    first: frame.time < here.first ? frame.time : here.first,
    last: frame.time > here.last ? frame.time : here.last,
  };
  return days.map((d) => (d === here ? grown : d));
}

/** All frames of one UTC day, shown as they arrive page by page; today's grow. */
export function useDayFrames(source: string, day: string | null): Loaded<readonly Frame[]> & { complete: boolean } {
  const [state, setState] = useState<Loaded<readonly Frame[]> & { complete: boolean; of: string | null }>({ value: null, problem: null, complete: false, of: null });
  const turn = useStore(epoch, (n) => n);
  const early = useRef<Frame[]>([]);
  useEffect(() => {
    if (day === null || turn === 0) return;
    const stop = new AbortController();
    const of = `${source}/${day}`;
    early.current = [];
    const load = async () => {
      const range = { from: new Date(startOfDay(day)).toISOString(), to: new Date(startOfDay(day) + dayMs).toISOString(), limit: 1000 };
      let all: readonly Frame[] = [];
      let cursor: string | null = null;
      do {
        const page: { frames: Frame[]; next: string | null } = await api.frames(source, { ...range, cursor }, stop.signal);
        all = all.concat(page.frames);
        cursor = page.next;
        // What came live while the pages were under way may be on none of them.
        const value = early.current.reduce(insert, all);
        setState({ value, problem: null, complete: cursor === null, of });
      } while (cursor !== null);
    };
    load().catch((problem: unknown) => stop.signal.aborted || setState((s) => ({ ...s, problem, of })));
    return () => stop.abort();
  }, [source, day, turn]);
  useEffect(
    () =>
      onFrame((frame) => {
        if (frame.source !== source || frame.time.slice(0, 10) !== day) return;
        early.current.push(frame);
        setState((s) => (s.value === null || s.of !== `${source}/${day}` ? s : { ...s, value: insert(s.value, frame) }));
      }),
    [source, day],
  );
  // Frames of the day before must not stand under the new day's name, not even for one drawing.
  const mine = state.of === `${source}/${day}`;
  return { value: mine ? state.value : null, problem: mine ? state.problem : null, complete: mine && state.complete };
}
