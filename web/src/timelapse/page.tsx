import type { Timelapse } from '../api';
import { known } from '../live/node';
import { address } from '../route';
import { useStore } from '../ui/store';
import { filmLength } from '../ui/time';
import { Detail } from './detail';
import { Progress } from './progress';
import { Tabs } from './tabs';
import { rangeInWords, stateWords, toneOf } from './words';

/** All timelapses, newest first, and the one that is looked at. */
export function TimelapsesPage({ id }: { id: string | null }) {
  const list = useStore(known, (k) => k.timelapses);
  const wide = typeof matchMedia === 'undefined' || matchMedia('(min-width: 62rem)').matches;
  const chosen = list?.find((t) => t.id === id) ?? (id === null && wide ? list?.[0] : undefined);
  return (
    <div class="timelapses" data-loaded={list !== null} data-open={id !== null}>
      <div class="title-row">
        <h1>Timelapses</h1>
        <Tabs here="made" />
        <a class="button primary" href={address({ view: 'make', sources: [], from: null, to: null })}>
          New timelapse
        </a>
      </div>
      {list === null && <p class="faint">Asking the node …</p>}
      {list?.length === 0 && (
        <section class="sheet first-run">
          <h2>None has been made yet</h2>
          <p>
            Open a source’s day, press <kbd>I</kbd> at the first frame and <kbd>O</kbd> at the last, and make it there. Or{' '}
            <a href={address({ view: 'make', sources: [], from: null, to: null })}>choose sources and range in a form</a>, four of them as quads too.
          </p>
        </section>
      )}
      {list !== null && list.length > 0 && (
        <div class="timelapse-layout">
          <ol class="timelapse-list" aria-label="Timelapses">
            {list.map((t) => (
              <Row key={t.id} timelapse={t} chosen={t.id === chosen?.id} />
            ))}
          </ol>
          <div class="timelapse-detail">
            {chosen && <Detail key={chosen.id} timelapse={chosen} />}
            {!chosen && id !== null && <p class="sheet">There is no timelapse {id}.</p>}
          </div>
        </div>
      )}
    </div>
  );
}

function Row({ timelapse: t, chosen }: { timelapse: Timelapse; chosen: boolean }) {
  return (
    <li data-timelapse={t.id} data-state={t.state}>
      <a href={address({ view: 'timelapses', id: t.id })} aria-current={chosen ? 'true' : undefined}>
        <span class="row-head">
          <strong>{t.sources.join(', ')}</strong>
          <span class="chip" data-tone={toneOf(t)}>
            {stateWords[t.state]}
          </span>
        </span>
        <span class="row-more">
          {rangeInWords(Date.parse(t.from), Date.parse(t.to))}
          {t.layout !== 'single' && ` · ${t.layout}`}
          {t.asset?.durationMs != null && ` · ${filmLength(t.asset.durationMs)}`}
        </span>
        {t.state === 'running' && <Progress timelapse={t} slim />}
      </a>
    </li>
  );
}
