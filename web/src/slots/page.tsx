import { useEffect, useState } from 'preact/hooks';
import { nodeNow } from '../live/clock';
import { address, go } from '../route';
import { typing } from '../ui/keys';
import { counted } from '../ui/numbers';
import { dayInWords, dayMs, startOfDay, utcDay } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { slotsApi } from './api';
import { Hours } from './hours';
import { useAsked } from './load';
import { Months } from './months';
import { outcomes, toneOf } from './words';

const quarter = 92;
const year = 366;

/** Every scheduled poll of a source and how it ended: a calendar, and a day hour by hour. */
export function SlotsPage(props: { source: string; day: string | null }) {
  const today = utcDay(nodeNow());
  const day = props.day ?? today;
  const [back, setBack] = useState(quarter);
  const until = startOfDay(today) + dayMs;
  const days = useAsked(props.source, `${props.source} ${today} ${back}`, (signal) => slotsApi.days(props.source, until - back * dayMs, until, signal));
  const list = useAsked(props.source, `${props.source} ${day}`, (signal) => slotsApi.list(props.source, startOfDay(day), startOfDay(day) + dayMs, signal));
  const goDay = (by: number) => go({ view: 'slots', source: props.source, day: utcDay(startOfDay(day) + by * dayMs) });
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (typing(e)) return;
      if (e.key === 'PageUp') goDay(-1);
      else if (e.key === 'PageDown' && day < today) goDay(1);
      else return;
      e.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [day, today]);
  return (
    <div class="slots-page" data-source={props.source} data-day={day} data-loaded={list.value !== null}>
      <div class="title-row">
        <h1>
          <a href="#/">Sources</a> <span aria-hidden="true">/</span> <a href={address({ view: 'day', source: props.source, day: props.day, at: null })}>{props.source}</a>{' '}
          <span aria-hidden="true">/</span> Slots
        </h1>
        <div class="day-title">
          <button class="quiet" onClick={() => goDay(-1)} aria-label="Day before" title="Day before (PageUp)">
            ‹
          </button>
          <h2>{dayInWords(day)}</h2>
          <button class="quiet" onClick={() => goDay(1)} disabled={day >= today} aria-label="Day after" title="Day after (PageDown)">
            ›
          </button>
        </div>
        {list.value && (
          <p class="summary">
            <span>{counted(list.value.slots, 'slot')}</span>
            {outcomes.map((o) => (list.value?.outcomes[o] ?? 0) > 0 && <span key={o} data-tone={toneOf(o)}>{`${list.value?.outcomes[o]} ${o}`}</span>)}
            {list.value.open > 0 && <span>{list.value.open} open</span>}
            <span>{counted(list.value.frames, 'frame')}</span>
          </p>
        )}
      </div>
      <Trouble problem={list.problem ?? days.problem} />
      <div class="slots-layout">
        <section aria-label="Hours">{list.value ? <Hours day={day} runs={list.value.runs} /> : list.problem === null && <p class="faint">Asking the node …</p>}</section>
        <aside class="rail">
          {days.value?.length === 0 && <p class="faint">No slot is over yet.</p>}
          {days.value && days.value.length > 0 && <Months source={props.source} days={days.value} chosen={day} />}
          {back < year && days.value && days.value.length > 0 && (
            <button class="quiet" onClick={() => setBack(year)}>
              Show a year
            </button>
          )}
        </aside>
      </div>
    </div>
  );
}
