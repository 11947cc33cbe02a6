import type { ComponentChildren } from 'preact';
import { Field } from '../../ui/field';
import { isEven, type Draft, type Speed } from './draft';

const speeds: [Speed, string][] = [
  ['fps', 'Frames a second'],
  ['secondsPerDay', 'A day lasts'],
  ['seconds', 'All of it lasts'],
  ['every', 'A picture every'],
];

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  error: (field: string) => string | undefined;
  hint: ComponentChildren;
}

/** How fast it goes. */
export function Pace({ draft, set, error, hint }: Props) {
  const of = draft.speed === 'fps' ? null : draft.speed;
  const rate = (label: string, more: ComponentChildren, wrong: string | undefined) => (
    <Field label={label} hint={more} error={wrong}>
      {(a) => <input {...a} type="number" min="1" max="120" required value={draft.fps} onInput={(e) => set({ fps: e.currentTarget.value })} />}
    </Field>
  );
  return (
    <fieldset>
      <legend>Speed</legend>
      <div class="fields">
        <Field label="Given by" hint={isEven(draft) ? 'Pictures at even distances in time' : 'A picture for each frame'} error={error('pace')}>
          {(a) => (
            <select {...a} value={draft.speed} onChange={(e) => set({ speed: e.currentTarget.value as Speed })}>
              {speeds.map(([speed, name]) => (
                <option key={speed} value={speed}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        {of === null && rate('Frames a second', hint, error('fps'))}
        {of !== null && (
          <Field label="Seconds" hint={hint} error={error(of)}>
            {(a) => <input {...a} type="number" min={of === 'every' ? '1' : '0.1'} step={of === 'every' ? '1' : 'any'} required value={draft[of]} onInput={(e) => set({ [of]: e.currentTarget.value })} />}
          </Field>
        )}
        {(of === 'secondsPerDay' || of === 'seconds') && (
          <Field label="Pictures" hint={draft.even ? 'Nights and gaps take their time' : 'None left out or repeated'}>
            {(a) => (
              <select {...a} value={draft.even ? 'even' : 'frames'} onChange={(e) => set({ even: e.currentTarget.value === 'even' })}>
                <option value="frames">Frame by frame</option>
                <option value="even">Even in time</option>
              </select>
            )}
          </Field>
        )}
        {of !== null && isEven(draft) && rate('Frames a second', 'Of the film', error('fps'))}
      </div>
    </fieldset>
  );
}
