import { useEffect, useState } from 'preact/hooks';
import { api } from '../api';
import { count } from '../ui/numbers';

const limit = 1000;

/** How many frames each source has in a range; counting stops at a thousand and one. */
export function useFrameCounts(ids: string[], from: number | null, to: number | null): Map<string, number | null> {
  const [counts, setCounts] = useState<Map<string, number | null>>(new Map());
  const key = `${[...new Set(ids)].join()} ${from} ${to}`;
  useEffect(() => {
    setCounts(new Map());
    if (from === null || to === null || from >= to) return;
    const stop = new AbortController();
    // Typing changes the range with every key.
    const timer = setTimeout(() => {
      const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit, cursor: null };
      for (const id of new Set(ids)) {
        api.frames(id, range, stop.signal).then(
          (page) => setCounts((c) => new Map(c).set(id, page.frames.length + (page.next === null ? 0 : 1))),
          () => stop.signal.aborted || setCounts((c) => new Map(c).set(id, null)),
        );
      }
    }, 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return counts;
}

export function FramesInRange({ counts, ids }: { counts: Map<string, number | null>; ids: string[] }) {
  return (
    <ul class="in-range" aria-label="Frames in this range">
      {[...new Set(ids)].filter(Boolean).map((id) => {
        const n = counts.get(id);
        return (
          <li key={id} data-source={id} data-empty={n === 0}>
            <span>{id}</span>
            <span>{n === undefined ? '…' : n === null ? 'unknown' : n > limit ? `more than ${count(limit)} frames` : n === 0 ? 'no frames' : `${count(n)} ${n === 1 ? 'frame' : 'frames'}`}</span>
          </li>
        );
      })}
    </ul>
  );
}
