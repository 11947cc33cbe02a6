import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../ui/store';
import { span, utcDay, utcSeconds } from '../ui/time';
import { clockOffset, nodeNow, useNow } from './clock';
import type { LinkState } from './connection';
import { link, tryNow } from './node';

const backForMs = 8000;

/** Says that the node is gone, since when and what is being done; and that it is back. */
export function Banner() {
  const state = useStore(link, (l) => l);
  return (
    <div class="banner-place" role="alert" aria-live="assertive">
      {state.kind === 'lost' && <Gone since={state.since} />}
      {state.kind === 'live' && state.lostAt !== null && <Back key={state.since} state={state} lostAt={state.lostAt} />}
    </div>
  );
}

function Gone({ since }: { since: number }) {
  const at = since + clockOffset();
  const day = utcDay(at) === utcDay(nodeNow()) ? '' : `${utcDay(at)} `;
  return (
    <div class="banner gone" data-banner="gone">
      <p>
        The node does not answer since{' '}
        <time dateTime={new Date(at).toISOString()}>
          {day}
          {utcSeconds(at)} UTC
        </time>
        <Retry />
      </p>
      <button onClick={tryNow}>Try now</button>
    </div>
  );
}

// Ticks on its own; aria-hidden, or a screen reader would read the banner each second.
function Retry() {
  useNow();
  const retryAt = useStore(link, (l) => (l.kind === 'lost' ? l.retryAt : null));
  const left = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
  return <span aria-hidden="true">{left > 0 ? ` — trying again in ${left} s` : ' — trying now …'}</span>;
}

function Back({ state, lostAt }: { state: LinkState & { kind: 'live' }; lostAt: number }) {
  const [shown, setShown] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), backForMs);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <div class="banner back" data-banner="back">
      <p>
        Back since {utcSeconds(state.since + clockOffset())} UTC, after {span(state.since - lostAt)} without an answer.
      </p>
    </div>
  );
}
