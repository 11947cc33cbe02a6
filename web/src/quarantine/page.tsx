import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { address } from '../route';
import { bytes, count, counted } from '../ui/numbers';
import { age, utcFull, utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import type { Unusable } from './api';
import { useQuarantine } from './load';
import { kindOf, reasonOf } from './words';

const fewSources = 8;

/** What came in and cannot be used, of one source or of all: listed, and saved to disk, never shown. */
export function QuarantinePage({ source }: { source: string | null }) {
  const asOf = useAsOf();
  const { list, problem, more } = useQuarantine(source);
  const all = Object.values(list?.counts ?? {}).reduce((sum, n) => sum + n, 0);
  const total = source === null ? all : (list?.counts[source] ?? 0);
  return (
    <div class="quarantine" data-loaded={list !== null} data-total={list === null ? undefined : total}>
      <div class="title-row">
        {source === null ? (
          <h1>
            <a href={address({ view: 'keeping' })}>Archive</a> <span aria-hidden="true">/</span> Quarantine
          </h1>
        ) : (
          <h1>
            <a href="#/">Sources</a> <span aria-hidden="true">/</span> <a href={address({ view: 'day', source, day: null, at: null })}>{source}</a> <span aria-hidden="true">/</span>{' '}
            Quarantine
          </h1>
        )}
        {list !== null && <Filter counts={list.counts} all={all} chosen={source} />}
        {asOf !== null && <span class="as-of">as of {utcSeconds(asOf)} UTC</span>}
      </div>
      <Trouble problem={problem} />
      {list === null && problem === null && <p class="faint">Asking the node …</p>}
      {list !== null && total === 0 && <p class="faint">{source === null ? 'Nothing' : `Nothing of ${source}`} is in quarantine. What comes in and cannot be used would be kept here.</p>}
      {list !== null && list.entries.length > 0 && (
        <>
          <p class="faint quarantine-what">What came in and cannot be used is kept here as it came. It is not what it says it is: save it to look at it, with care.</p>
          <ol class="quarantine-list" aria-label="In quarantine">
            {list.entries.map((e) => (
              <Row key={`${e.source}/${e.file}`} entry={e} named={source === null} asOf={asOf} />
            ))}
          </ol>
        </>
      )}
      {list?.next != null && (
        <button class="more" onClick={more ?? undefined} disabled={more === null}>
          {more === null ? 'Asking the node …' : `Show older, ${counted(total - list.entries.length, 'more', 'more')}`}
        </button>
      )}
    </div>
  );
}

/** Those that have the most; every other one is reached from its own card. */
function Filter({ counts, all, chosen }: { counts: Record<string, number>; all: number; chosen: string | null }) {
  const most = Object.entries(counts)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, fewSources);
  if (most.length === 0 || (most.length === 1 && chosen === null)) return null;
  return (
    <nav class="filter" aria-label="Of which source">
      <a href={address({ view: 'quarantine', source: null })} aria-current={chosen === null ? 'true' : undefined}>
        All <small>{count(all)}</small>
      </a>
      {most.map(([id, n]) => (
        <a key={id} href={address({ view: 'quarantine', source: id })} aria-current={chosen === id ? 'true' : undefined}>
          {id} <small>{count(n)}</small>
        </a>
      ))}
    </nav>
  );
}

function Row({ entry: e, named, asOf }: { entry: Unusable; named: boolean; asOf: number | null }) {
  const ticking = useNow();
  const received = Date.parse(e.receivedAt);
  return (
    <li data-file={`${e.source}/${e.file}`} data-code={e.code}>
      <div class="quarantine-when">
        <time dateTime={e.receivedAt}>{utcFull(Math.floor(received / 1000) * 1000)}</time>
        <span class="row-more">{age(received, asOf ?? ticking)}</span>
      </div>
      <div class="quarantine-why">
        <p>
          {named && (
            <a href={address({ view: 'day', source: e.source, day: null, at: null })}>{e.source}</a>
          )}
          {named && ': '}
          <strong>{kindOf(e)}</strong>
        </p>
        <p>{reasonOf(e)}</p>
        <p class="row-more">
          from {e.origin === null ? 'its upload folder' : <span class="mono">{e.origin}</span>}
          {e.time !== null && !e.code.startsWith('time_') && <>, to be the frame of {utcFull(Date.parse(e.time))}</>}
        </p>
      </div>
      <span class="quarantine-size" title={`${count(e.bytes)} bytes, SHA-256 ${e.sha256}`}>
        {bytes(e.bytes)}
      </span>
      {/* A download of unknown bytes: nothing of it is ever opened by this page. */}
      <a class="button" href={e.url} download={`${e.source}-${e.file}.quarantine`} aria-label={`Save ${e.source}/${e.file}, ${kindOf(e).toLowerCase()}`}>
        Save
      </a>
    </li>
  );
}
