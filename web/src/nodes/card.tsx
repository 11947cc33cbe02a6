import { Bar } from '../jobs/progress';
import { percent, clamped } from '../jobs/words';
import { address } from '../route';
import { bytes } from '../ui/numbers';
import { age, span, utcFull, utcSeconds } from '../ui/time';
import type { Node } from './api';
import { conditionOf, stateWords } from './condition';

export function NodeCard({ node, now, known }: { node: Node; now: number; known: boolean }) {
  const { tone, reason } = conditionOf(node, now);
  const heard = Date.parse(node.heardAt);
  const gone = node.state === 'left';
  return (
    <li class="node" data-node={node.name} data-state={node.state} data-tone={tone}>
      <div class="row-head">
        <h2>
          {node.name}
          {node.dispatcher && <span class="tag" title="It holds the dispatcher’s lease now">dispatcher</span>}
        </h2>
        <span class="chip" data-tone={tone}>
          {known || gone ? stateWords[node.state] : `Was ${stateWords[node.state].toLowerCase()}`}
        </span>
      </div>
      <p class="age" data-age={tone}>
        <strong>{gone ? 'Left' : 'Heard'} {age(heard, Math.max(now, heard))}</strong>
        <time dateTime={node.heardAt} title={utcFull(heard)}>
          {utcSeconds(heard)} UTC
        </time>
      </p>
      {reason !== null && <p class={`reason ${tone}`}>{reason}</p>}
      {node.reservedFor !== null && <p class="reason">Kept free for {node.reservedFor}: it takes nothing else.</p>}
      <Holds node={node} now={now} />
      <dl class="facts node-facts">
        <div>
          <dt>Roles</dt>
          <dd>{node.roles.join(', ')}</dd>
        </div>
        <Offers node={node} />
        <div>
          <dt>Up since</dt>
          <dd>{utcFull(Math.floor(Date.parse(node.startedAt) / 1000) * 1000)}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>{node.version}</dd>
        </div>
      </dl>
    </li>
  );
}

function Holds({ node, now }: { node: Node; now: number }) {
  if (node.holds.length === 0) return node.roles.includes('work') && node.state !== 'left' ? <p class="faint">Holds nothing.</p> : null;
  return (
    <ul class="holds" aria-label={`What ${node.name} holds`}>
      {node.holds.map((h) => (
        <li key={`${h.job} ${h.task}`}>
          <a href={address({ view: 'job', id: h.job, task: h.task })}>{h.task}</a>
          <span class="row-more">
            {h.progress?.fraction != null && `${percent(clamped(h.progress.fraction))} · `}
            {span(now - Date.parse(h.startedAt))}
          </span>
          {h.progress?.fraction != null && <Bar part={h.progress.fraction} name={`Progress of ${h.task}`} slim />}
        </li>
      ))}
    </ul>
  );
}

function Offers({ node: { offers: o } }: { node: Node }) {
  if (o === null) return null;
  const room = [`${o.cpu} ${o.cpu === 1 ? 'core' : 'cores'}`, `${bytes(o.memoryBytes)} of memory`, `${bytes(o.diskBytes)} of disk`, o.gpu > 0 && `${o.gpu} GPU`].filter(Boolean);
  return (
    <>
      <div>
        <dt>Offers</dt>
        <dd>{room.join(', ')}</dd>
      </div>
      {o.tags.length > 0 && (
        <div>
          <dt>Has</dt>
          <dd>
            {o.tags.map((t) => (
              <code key={t} class="tag">
                {t}
              </code>
            ))}
          </dd>
        </div>
      )}
      {o.handlers.length > 0 && (
        <div>
          <dt>Can do</dt>
          <dd>{o.handlers.join(', ')}</dd>
        </div>
      )}
    </>
  );
}
