import { span } from '../ui/time';
import type { Node, NodeState } from './api';

export const stateWords: Record<NodeState, string> = { live: 'Live', draining: 'Draining', silent: 'Silent', lost: 'Lost', left: 'Left' };

const tones: Record<NodeState, string> = { live: 'good', draining: 'next', silent: 'late', lost: 'bad', left: 'idle' };

const reasons: Record<NodeState, string | null> = {
  live: null,
  draining: 'It takes no more work, and leaves when what it holds is done.',
  silent: 'It has not been heard for longer than it should be. It may be cut off and working on.',
  lost: 'It is given up: what it held was given to others, and nothing it still says counts.',
  left: null,
};

/** Heard every second, and asked for every few; after this long without, what its state says is doubtful. */
const lateAfterMs = 10_000;

/** How a node is doing, judged at one instant. */
export function conditionOf(node: Node, now: number): { tone: string; reason: string | null } {
  const quiet = now - Date.parse(node.heardAt);
  if ((node.state === 'live' || node.state === 'draining') && quiet > lateAfterMs) {
    return { tone: 'late', reason: `Not heard for ${span(quiet)}, and nobody has said yet what that means.` };
  }
  return { tone: tones[node.state], reason: reasons[node.state] };
}

const rank: readonly NodeState[] = ['lost', 'silent', 'draining', 'live', 'left'];

/** Whoever asks for an eye first, those that left last. */
export const inOrder = (nodes: readonly Node[]) => [...nodes].sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state) || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
