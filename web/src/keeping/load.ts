import { useEffect, useState } from 'preact/hooks';
import { epoch, link } from '../live/node';
import { useStore } from '../ui/store';
import { keepingApi, type Usage } from './api';

const everyMs = 60_000;

/** What the archive uses, asked for anew each minute: it changes with every frame, and nobody need be told of each. */
export function useUsage(): { usage: Usage | null; problem: unknown } {
  const [state, setState] = useState<{ usage: Usage | null; problem: unknown }>({ usage: null, problem: null });
  const turn = useStore(epoch, (n) => n);
  useEffect(() => {
    if (turn === 0) return;
    const stop = new AbortController();
    const ask = () =>
      keepingApi.usage(stop.signal).then(
        (usage) => setState({ usage, problem: null }),
        (problem) => stop.signal.aborted || setState((s) => ({ ...s, problem })),
      );
    void ask();
    const timer = setInterval(() => {
      if (link.get().kind === 'live' && document.visibilityState === 'visible') void ask();
    }, everyMs);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [turn]);
  return state;
}
