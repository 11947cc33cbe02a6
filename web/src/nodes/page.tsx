import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { counted } from '../ui/numbers';
import { utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { NodeCard } from './card';
import { inOrder } from './condition';
import { useNodes } from './load';

/** Who works here: what each node offers and holds, and when it was last heard. */
export function NodesPage() {
  const { nodes, problem } = useNodes();
  const asOf = useAsOf();
  const ticking = useNow();
  const now = asOf ?? ticking;
  const n = (...states: string[]) => nodes?.filter((x) => states.includes(x.state)).length ?? 0;
  return (
    <div class="nodes" data-loaded={nodes !== null}>
      <div class="title-row">
        <h1>Nodes</h1>
        {nodes !== null && (
          <p class="summary">
            {n('live') > 0 && <span data-tone="good">{n('live')} live</span>}
            {n('draining') > 0 && <span data-tone="next">{n('draining')} draining</span>}
            {n('silent') > 0 && <span data-tone="late">{n('silent')} silent</span>}
            {n('lost') > 0 && <span data-tone="bad">{n('lost')} lost</span>}
            <span>{counted(nodes.reduce((sum, x) => sum + (x.state === 'live' || x.state === 'draining' ? x.holds.length : 0), 0), 'task')} under way</span>
            {nodes.some((x) => x.roles.includes('dispatch')) && !nodes.some((x) => x.dispatcher) && <span data-tone="bad">no dispatcher</span>}
            {asOf !== null && <span class="as-of">as of {utcSeconds(asOf)} UTC</span>}
          </p>
        )}
      </div>
      <Trouble problem={problem} />
      {nodes === null && problem === null && <p class="faint">Asking the node …</p>}
      {nodes !== null && (
        <ul class="node-list" aria-label="Nodes">
          {inOrder(nodes).map((node) => (
            <NodeCard key={node.id} node={node} now={now} known={asOf === null} />
          ))}
        </ul>
      )}
    </div>
  );
}
