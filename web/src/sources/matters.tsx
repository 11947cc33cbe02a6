import type { Source } from '../api';
import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { address } from '../route';
import { counted } from '../ui/numbers';
import { utcDay, utcFull, utcMinutes } from '../ui/time';
import { matterWord, worstFirst } from './words';

/** What is the matter with a source that answers, each with since when and what to do. */
export function Matters({ source }: { source: Source }) {
  const asOf = useAsOf();
  const ticking = useNow();
  if (source.conditions.length === 0) return null;
  const today = utcDay(asOf ?? ticking);
  return (
    <ul class="matters" aria-label={`What is the matter with ${source.id}`}>
      {worstFirst(source.conditions).map((m) => {
        const since = Date.parse(m.since);
        return (
          <li key={m.code} data-matter={m.code}>
            <p>
              <strong>{matterWord(m.code)}</strong>{' '}
              <time dateTime={m.since} title={utcFull(Math.floor(since / 1000) * 1000)}>
                since {utcDay(since) === today ? '' : `${utcDay(since)} `}
                {utcMinutes(since)} UTC
              </time>
            </p>
            <p>{m.message}</p>
            {m.mend && <p class="mend">{m.mend}</p>}
          </li>
        );
      })}
    </ul>
  );
}

/** Where the files are that it brought and that cannot be used; nothing where there are none. */
export const InQuarantine = ({ source }: { source: Source }) =>
  source.quarantined === 0 ? null : (
    <div>
      <dt>Quarantine</dt>
      <dd>
        <a href={address({ view: 'quarantine', source: source.id })}>{counted(source.quarantined, 'file')}</a>
      </dd>
    </div>
  );
