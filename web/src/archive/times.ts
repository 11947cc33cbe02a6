import type { Frame } from '../api';

// A day may have ten thousand frames, and a drag looks at all of them with every move.
const known = new WeakMap<readonly Frame[], Float64Array>();

/** The frames' instants in milliseconds since 1970, in the frames' order. */
export function timesOf(frames: readonly Frame[]): Float64Array {
  let times = known.get(frames);
  if (!times) {
    times = Float64Array.from(frames, (f) => Date.parse(f.time));
    known.set(frames, times);
  }
  return times;
}

/** The index of the first frame at or after an instant; the number of frames where there is none. */
export function firstAtOrAfter(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the frame nearest to an instant; −1 where there are none. */
export function nearest(frames: readonly Frame[], at: number): number {
  const times = timesOf(frames);
  if (times.length === 0) return -1;
  const after = Math.min(firstAtOrAfter(times, at), times.length - 1);
  const before = Math.max(0, after - 1);
  return at - (times[before] as number) < (times[after] as number) - at ? before : after;
}

const paces = new WeakMap<readonly Frame[], number>();

/** The usual milliseconds between two frames (the median); 0 where there are fewer than two. */
export function paceOf(frames: readonly Frame[]): number {
  let pace = paces.get(frames);
  if (pace === undefined) {
    const times = timesOf(frames);
    const between = Float64Array.from({ length: Math.max(0, times.length - 1) }, (_, i) => (times[i + 1] as number) - (times[i] as number)).sort();
    pace = between[between.length >> 1] ?? 0;
    paces.set(frames, pace);
  }
  return pace;
}
