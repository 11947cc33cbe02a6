import type { Day, Layout, Source } from '../../api';
import { counted } from '../../ui/numbers';
import { placesOf, slotsOf, type Draft } from './draft';
import { countWithin, type Range } from './ranges';

const layouts: [Layout, string][] = [
  ['single', 'One source'],
  ['pair', 'Two side by side'],
  ['quad', 'Four as quads'],
];
const order = ['1st', '2nd', '3rd', '4th'];
const where = { single: [''], pair: ['left', 'right'], quad: ['top left', 'top right', 'bottom left', 'bottom right'] };

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  sources: readonly Source[];
  days: ReadonlyMap<string, readonly Day[]>;
  range: Range | null;
  error: string | undefined;
}

/** The layout, and which source stands where in it. */
export function Places({ draft, set, sources, days, range, error }: Props) {
  const choose = (place: number, id: string) => set({ sources: Array.from({ length: 4 }, (_, i) => (i === place ? id : (draft.sources[i] ?? ''))) });
  const ids = [...new Set([...sources.map((s) => s.id), ...draft.sources.filter(Boolean)])];
  return (
    <fieldset>
      <legend>Sources</legend>
      <div class="choice">
        {layouts.map(([layout, name]) => (
          <label key={layout}>
            <input type="radio" name="layout" checked={draft.layout === layout} onChange={() => set({ layout })} /> {name}
          </label>
        ))}
      </div>
      <div class="places" data-layout={draft.layout}>
        {placesOf(draft).map((id, i) => {
          const frames = id && range && days.has(id) ? countWithin(days.get(id) ?? [], range) : null;
          const name = slotsOf(draft.layout) === 1 ? 'Source' : `${order[i]} source, ${where[draft.layout][i]}`;
          return (
            <div class="place" key={i}>
              <select aria-label={name} title={name} value={id} onChange={(e) => choose(i, e.currentTarget.value)} required>
                <option value="">Choose …</option>
                {ids.map((known) => (
                  <option key={known} value={known}>
                    {known}
                  </option>
                ))}
              </select>
              <small data-source={id} data-empty={frames === 0}>
                {frames === null ? '' : frames === 0 ? 'no frames in this range' : counted(frames, 'frame')}
              </small>
            </div>
          );
        })}
      </div>
      {error !== undefined && <p class="hint bad">{error}</p>}
    </fieldset>
  );
}
