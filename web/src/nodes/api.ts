// Nodes as the node that is asked tells of them: GET /nodes and the topic "nodes".
import { ask } from '../api';
import type { Progress } from '../jobs/api';

export type NodeState = 'live' | 'draining' | 'silent' | 'lost' | 'left';

export interface Node {
  id: string;
  name: string;
  roles: string[];
  version: string;
  startedAt: string;
  heardAt: string;
  state: NodeState;
  /** Holds the dispatcher's lease now. */
  dispatcher: boolean;
  offers: { cpu: number; memoryBytes: number; diskBytes: number; gpu: number; tags: string[]; handlers: string[] } | null;
  holds: { job: string; task: string; handler: string; startedAt: string; progress: Progress | null }[];
  /** The big task it is kept free for. */
  reservedFor: string | null;
}

export const nodesApi = {
  list: async (signal?: AbortSignal) => (await ask<{ nodes: Node[]; now: string }>('GET', '/nodes', undefined, signal)).nodes,
};
