import { useEffect, useState } from 'preact/hooks';
import { epoch, known } from '../live/node';
import { useStore } from '../ui/store';

const restMs = 3000;

/** Asks anew when the node is back, and, a little later, when the source was polled: many polls are one question. */
export function useAsked<T>(source: string, key: string, ask: (signal: AbortSignal) => Promise<T>): { value: T | null; problem: unknown } {
  const [state, setState] = useState<{ key: string; value: T | null; problem: unknown }>({ key, value: null, problem: null });
  const [again, setAgain] = useState(0);
  const turn = useStore(epoch, (n) => n);
  const polled = useStore(known, (k) => k.sources?.find((s) => s.id === source)?.status.at ?? null);
  useEffect(() => {
    const soon = setTimeout(() => setAgain(Date.parse(polled ?? '') || 0), restMs);
    return () => clearTimeout(soon);
  }, [polled === null ? null : Math.floor(Date.parse(polled) / restMs)]);
  useEffect(() => {
    if (turn === 0) return;
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => setState({ key, value, problem: null }),
      (problem) => stop.signal.aborted || setState((s) => ({ key, value: s.key === key ? s.value : null, problem })),
    );
    return () => stop.abort();
  }, [turn, key, again]);
  return state.key === key ? state : { value: null, problem: null };
}
