import { useEffect, useState } from 'preact/hooks';
import { api, type Day } from '../../api';
import { withFrame } from '../../archive/day-frames';
import { epoch, onFrame } from '../../live/node';
import { useStore } from '../../ui/store';

/** The days of each of several sources, kept true by its frames as they come; a source is asked about once. */
export function useDaysOf(ids: readonly string[]): { days: ReadonlyMap<string, Day[]>; complete: boolean; problem: unknown } {
  const [days, setDays] = useState<ReadonlyMap<string, Day[]>>(new Map());
  const [problem, setProblem] = useState<unknown>(null);
  const turn = useStore(epoch, (n) => n);
  const wanted = [...new Set(ids)].filter(Boolean);
  useEffect(() => {
    if (turn === 0) return;
    const stop = new AbortController();
    for (const id of wanted.filter((id) => !days.has(id))) {
      api.days(id, stop.signal).then(
        (list) => setDays((d) => new Map(d).set(id, list)),
        (reason) => stop.signal.aborted || setProblem(reason),
      );
    }
    return () => stop.abort();
  }, [wanted.join(), turn]);
  useEffect(
    () =>
      onFrame((frame) =>
        setDays((d) => {
          const list = d.get(frame.source);
          return list ? new Map(d).set(frame.source, withFrame(list, frame)) : d;
        }),
      ),
    [],
  );
  return { days, complete: wanted.every((id) => days.has(id)), problem };
}
