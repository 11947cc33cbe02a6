import { useEffect, useRef, useState } from 'preact/hooks';
import { epoch, known } from '../live/node';
import { useStore } from '../ui/store';
import { quarantineApi, type UnusablePage } from './api';

const pageSize = 50;
const mostAtOnce = 1000;

interface State {
  list: UnusablePage | null;
  problem: unknown;
  asking: boolean;
}

/** What is in quarantine, newest first, page by page; asked for anew when the node tells that there is more. */
export function useQuarantine(source: string | null) {
  const [state, setState] = useState<State>({ list: null, problem: null, asking: false });
  const turn = useStore(epoch, (n) => n);
  const there = useStore(known, (k) => k.sources?.reduce((sum, s) => sum + (source === null || s.id === source ? s.quarantined : 0), 0) ?? 0);
  const stop = useRef(new AbortController());
  const load = (before: UnusablePage | null, limit: number) => {
    const { signal } = stop.current;
    setState((s) => ({ ...s, asking: true }));
    quarantineApi.list(source, limit, before?.next ?? null, signal).then(
      (got) => signal.aborted || setState({ list: { ...got, entries: [...(before?.entries ?? []), ...got.entries] }, problem: null, asking: false }),
      (problem) => signal.aborted || setState((s) => ({ ...s, problem, asking: false })),
    );
  };
  useEffect(() => {
    if (turn === 0) return;
    stop.current = new AbortController();
    load(null, Math.min(mostAtOnce, Math.max(pageSize, state.list?.entries.length ?? 0)));
    return () => stop.current.abort();
  }, [turn, there]);
  const { list, problem, asking } = state;
  return { list, problem, more: list?.next != null && !asking ? () => load(list, pageSize) : null };
}
