import { useState } from 'preact/hooks';
import { api, Problem, type Source } from '../../api';
import { nodeNow } from '../../live/clock';
import { putTimelapse } from '../../live/node';
import { go } from '../../route';
import { announce } from '../../ui/announce';
import { Field } from '../../ui/field';
import { Trouble } from '../../ui/trouble';
import { schedulesApi } from '../api';
import { idle } from '../preview/film';
import { Preview, useSidebarPicture } from '../preview/preview';
import { paintedWidth, type Look } from '../preview/paint';
import { useFilm } from '../preview/use-film';
import { useStore } from '../../ui/store';
import { cropAt, cropTrouble, parseCrops } from './crop';
import { isEven, lookOf, placesOf, type Draft } from './draft';
import { placed, reasonAt } from './faults';
import { newestOf, type Given } from './given';
import { lengthOf, speedTrouble } from './length';
import { More } from './more';
import { Pace } from './pace';
import { Places } from './places';
import { RangeChoice, rangeOf, textOf } from './range';
import { countWithin, quickRanges, together } from './ranges';
import { proposedName, repeatedRange, settingsOfRepeat } from './repeat';
import { RepeatFields } from './repeat-fields';
import { filmLength } from '../../ui/time';
import { cellOf, emptyWords, notesOf } from './shape';
import { useDaysOf } from './use-days';

/** What is made, beside how it will look. */
export function Form({ given, known }: { given: Given; known: readonly Source[] }) {
  const [draft, setDraft] = useState(given.draft);
  const [text, setText] = useState(() => textOf(given.range));
  const [sidebar, setSidebar] = useState(given.sidebar);
  const [repeat, setRepeat] = useState(given.repeat);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const set = (change: Partial<Draft>) => setDraft((d) => ({ ...d, ...change }));

  const ids = placesOf(draft);
  const first = known.find((s) => s.id === ids[0]);
  const { days, complete, problem: noDays } = useDaysOf(ids);
  const lists = [...new Set(ids)].filter(Boolean).map((id) => days.get(id) ?? []);
  const range = repeat.on ? repeatedRange(repeat, nodeNow(), first?.zone ?? null) : rangeOf(text);
  const some = range !== null && range.from < range.to && lists.some((list) => countWithin(list, range) > 0);

  const pictures = ids.map((id) => known.find((s) => s.id === id)?.newest ?? null);
  const cropWrong = cropTrouble(draft.crop, pictures.length) !== null;
  const crops = (cropWrong ? null : parseCrops(draft.crop)) ?? [];
  const crop = cropAt(crops, 0);
  const sun = draft.daylight ? (first?.daylight ?? null) : null;
  const picture = useSidebarPicture(sidebar);
  const look: Look = {
    layout: draft.layout,
    cell: cellOf(draft, first, crop),
    stored: draft.size.trim() === '' && crop === null,
    fit: draft.fit,
    caption: draft.caption,
    clock: draft.clock,
    zone: first?.zone ?? null,
    sidebar: sidebar?.width && sidebar.height ? { size: { width: sidebar.width, height: sidebar.height }, picture } : null,
  };
  const film = useFilm(
    some && complete && ids.every(Boolean) ? { ids, range, even: isEven(draft), sun, missing: draft.missing, days, crops, width: paintedWidth(look) } : null,
  );
  const counted = useStore(film?.look ?? idle, (l) => l.counted);
  const length = some ? lengthOf(draft, lists, range, counted, sun, nodeNow()) : null;
  const tooFast = speedTrouble(draft, length);

  const at = (field: string) => reasonAt(problem, field, repeat.on);
  const error = (field: string) => (field === draft.speed && field !== 'fps' ? (tooFast ?? at(field)) : at(field));
  const name = given.schedule ?? (repeat.name.trim() || proposedName(repeat, ids));
  const ready = ids.every(Boolean) && !cropWrong && tooFast === null && (repeat.on || (range !== null && range.from < range.to && (some || !complete)));

  const make = async (e: Event) => {
    e.preventDefault();
    if (!ready || range === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const wanted = lookOf(draft, sidebar?.id ?? null);
      if (repeat.on) {
        await schedulesApi.put(name, settingsOfRepeat(repeat, wanted));
        announce(`${name} is made every ${repeat.every}`);
        go({ view: 'schedules' });
        return;
      }
      const made = await api.makeTimelapse({ ...wanted, from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() });
      putTimelapse(made);
      go({ view: 'timelapses', id: made.id });
    } catch (reason) {
      setProblem(reason instanceof Problem ? reason : new Problem(0, '', String(reason)));
      setBusy(false);
    }
  };

  return (
    <form class="make-form" onSubmit={make} aria-label={given.schedule ? `Change ${given.schedule}` : 'New timelapse'}>
      <Preview film={film} look={look} length={length} empty={emptyWords(ids, range, some, complete)} notes={notesOf(draft)} />
      <div class="make-fields">
        <Places draft={draft} set={set} sources={known} days={days} range={range} error={at('sources') ?? at('layout')} />
        {repeat.on ? (
          <fieldset>
            <legend>Repeated</legend>
            <RepeatFields repeat={repeat} set={(change) => setRepeat((r) => ({ ...r, ...change }))} fixed={given.schedule !== null} proposed={name} range={range ?? given.range} error={(field) => reasonAt(problem, field, false)} />
          </fieldset>
        ) : (
          <RangeChoice text={text} days={together(lists)} quick={quickRanges(together(lists), newestOf(known.filter((s) => ids.includes(s.id))), nodeNow())} onText={setText} error={at} />
        )}
        <Pace draft={draft} set={set} error={error} hint={length ? `${length.exact ? '' : 'About '}${filmLength(length.milliseconds)} long` : 'Of the film'} />
        <div class="fields">
          <Field label="Caption" hint="Burned in at the left." error={at('caption')}>
            {(a) => <textarea {...a} rows={Math.min(3, draft.caption.split('\n').length)} maxLength={200} value={draft.caption} placeholder="none" onInput={(e) => set({ caption: e.currentTarget.value })} />}
          </Field>
          <Field label="Clock" hint="Burned in at the right." error={at('clock')}>
            {(a) => (
              <select {...a} value={draft.clock} onChange={(e) => set({ clock: e.currentTarget.value as Draft['clock'] })}>
                <option value="none">None</option>
                <option value="utc">UTC</option>
                <option value="local">{first?.zone ? `Local (${first.zone})` : 'Local'}</option>
              </select>
            )}
          </Field>
        </div>
        <More draft={draft} set={set} error={at} first={first} pictures={pictures} sidebar={sidebar} onSidebar={setSidebar} />
        {given.schedule === null && (
          <label class="check repeat">
            <input type="checkbox" checked={repeat.on} onChange={(e) => setRepeat((r) => ({ ...r, on: e.currentTarget.checked }))} />
            <span>
              Repeat this <span class="faint">every day, week or month</span>
            </span>
          </label>
        )}
        {(problem === null || !placed(problem)) && <Trouble problem={problem ?? noDays} />}
        <div class="actions make-actions">
          <button class="primary" disabled={busy || !ready}>
            {given.schedule ? 'Change it' : repeat.on ? 'Repeat the timelapse' : 'Make the timelapse'}
          </button>
        </div>
      </div>
    </form>
  );
}
