import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api';
import { epoch, link } from '../live/node';
import { address } from '../route';
import { count } from '../ui/numbers';
import { useStore } from '../ui/store';
import { span } from '../ui/time';
import { useNow } from '../live/clock';

interface Damage {
  source: string;
  day: string;
  place: string;
  file: string;
  code: string;
  foundAt: string;
}

interface Work {
  id: string;
  kind: string;
  state: string;
  stage: string;
  fraction: number;
  found: number;
  mended: number;
}

/** How sealing, the second copy and the reading of everything stand: GET /archive. */
interface Whole {
  doing: string | null;
  lastRoundAt: string | null;
  sealedDays: number;
  copiedDays: number;
  copy: string | null;
  copyFailure: string | null;
  scrubRound: number;
  scrubFraction: number;
  damage: Damage[];
  untold: { source: string; day: string; message: string; nextAt: string }[];
  work: Work[];
}

const everyMs = 10_000;
const codes: Record<string, string> = { missing: 'is not there', differs: 'is not what was archived', unreadable: 'cannot be read' };

const days = (n: number) => (n === 1 ? 'one day' : `${count(n)} days`);

function useWhole(): Whole | null {
  const [whole, setWhole] = useState<Whole | null>(null);
  const turn = useStore(epoch, (n) => n);
  useEffect(() => {
    if (turn === 0) return;
    const stop = new AbortController();
    // That the node does not answer is said elsewhere; what is known stays.
    const look = () => ask<Whole>('GET', '/archive', undefined, stop.signal).then(setWhole, () => undefined);
    void look();
    const timer = setInterval(() => {
      if (link.get().kind === 'live' && document.visibilityState === 'visible') void look();
    }, everyMs);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [turn]);
  return whole;
}

/** Whether everything that was sealed is there, twice, and right. */
export function Whole() {
  const whole = useWhole();
  const now = useNow();
  if (whole === null) return null;
  const running = whole.work.find((w) => w.state === 'running');
  const tone = whole.damage.length > 0 ? 'bad' : whole.copyFailure !== null || whole.untold.length > 0 ? 'late' : 'good';
  return (
    <section class="disk whole" aria-label="Is it whole?">
      <p class={`reason ${tone}`} data-whole={tone}>
        {whole.damage.length > 0
          ? whole.damage.length === 1
            ? 'One file is not what was archived.'
            : `${whole.damage.length === 100 ? '100 or more' : count(whole.damage.length)} files are not what was archived.`
          : (whole.copyFailure ?? 'All that was read is as it was archived.')}
      </p>
      <dl class="facts disk-facts">
        <div>
          <dt>Sealed</dt>
          <dd>{days(whole.sealedDays)}</dd>
        </div>
        <div>
          <dt>Second copy</dt>
          <dd>{whole.copy === null ? 'none is made' : `${days(whole.copiedDays)} verified, ${whole.copy}`}</dd>
        </div>
        <div>
          <dt>Read again</dt>
          <dd>{whole.scrubRound === 0 ? 'not yet' : `round ${whole.scrubRound}, ${Math.round(whole.scrubFraction * 100)} %`}</dd>
        </div>
        <div>
          <dt>Now</dt>
          <dd>
            {running ? `${running.kind}: ${running.stage}, ${Math.round(running.fraction * 100)} %` : (whole.doing ?? (whole.lastRoundAt ? `nothing; last looked ${span(Math.max(0, now - Date.parse(whole.lastRoundAt)))} ago` : 'nothing'))}
          </dd>
        </div>
      </dl>
      {whole.damage.length > 0 && (
        <ul class="damage">
          {whole.damage.map((d) => (
            <li key={`${d.source}/${d.day}/${d.place}/${d.file}`}>
              <a href={address({ view: 'day', source: d.source, day: d.day, at: null })}>
                {d.source} {d.day}
              </a>{' '}
              {d.file} {codes[d.code] ?? d.code}
              {d.place !== 'archive' && ' in the second copy'}
            </li>
          ))}
        </ul>
      )}
      {whole.untold.map((u) => (
        <p key={`${u.source}/${u.day}`} class="faint">
          {u.source} {u.day}: {u.message}
        </p>
      ))}
    </section>
  );
}
