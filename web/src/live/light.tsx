import { useStore } from '../ui/store';
import { span } from '../ui/time';
import { clockOffset, useNow } from './clock';
import { link } from './node';

const words = { connecting: 'Connecting', live: 'Live', lost: 'No answer', 'signed-out': 'Signed out' } as const;

/** Whether what is shown is live, in one word at the top of every view. */
export function LinkLight() {
  const kind = useStore(link, (l) => l.kind);
  return (
    <span class="light" data-link-state={kind}>
      <i aria-hidden="true" />
      {words[kind]}
      {kind === 'live' && <WrongClock />}
    </span>
  );
}

function WrongClock() {
  useNow();
  const off = clockOffset();
  if (Math.abs(off) < 5000) return null;
  return (
    <small title="Ages and times here follow the node’s clock.">
      · this computer’s clock is {span(Math.abs(off))} {off > 0 ? 'behind' : 'ahead'}
    </small>
  );
}
