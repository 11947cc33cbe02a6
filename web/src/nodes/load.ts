import { useEffect, useState } from 'preact/hooks';
import { epoch, link, onEvent } from '../live/node';
import { useStore } from '../ui/store';
import { nodesApi, type Node } from './api';

const everyMs = 5000;

/** All nodes: told of what changes, and asked again for when each was last heard, which is no event. */
export function useNodes(): { nodes: Node[] | null; problem: unknown } {
  const [state, setState] = useState<{ nodes: Node[] | null; problem: unknown }>({ nodes: null, problem: null });
  const turn = useStore(epoch, (n) => n);
  useEffect(() => {
    if (turn === 0) return;
    const stop = new AbortController();
    let known = new Set<string>();
    const ask = () =>
      nodesApi.list(stop.signal).then(
        (nodes) => {
          known = new Set(nodes.map((n) => n.id));
          setState({ nodes, problem: null });
        },
        (problem) => stop.signal.aborted || setState((s) => ({ ...s, problem })),
      );
    void ask();
    const timer = setInterval(() => {
      if (link.get().kind === 'live' && document.visibilityState === 'visible') void ask();
    }, everyMs);
    // One that is not known may be another start of one that is: only the list says what it takes the place of.
    const deaf = onEvent<Node>('nodes', (node) => {
      if (!known.has(node.id)) void ask();
      else setState((s) => (s.nodes === null ? s : { ...s, nodes: s.nodes.map((n) => (n.id === node.id ? node : n)) }));
    });
    return () => {
      deaf();
      clearInterval(timer);
      stop.abort();
    };
  }, [turn]);
  return state;
}
