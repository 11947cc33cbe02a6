import { Field } from '../../ui/field';
import { daysInWords } from '../words';
import type { Every } from '../api';
import type { Range } from './ranges';
import type { Repeat } from './repeat';
import { ZoneList } from '../../ui/zones';

interface Props {
  repeat: Repeat;
  set: (change: Partial<Repeat>) => void;
  /** One that is there keeps its name. */
  fixed: boolean;
  proposed: string;
  range: Range;
  error: (field: string) => string | undefined;
}

const periods: Record<Every, string> = { day: 'The day that ended', week: 'The week that ended', month: 'The month that ended' };

/** How often it is made anew, and of which days. */
export function RepeatFields({ repeat, set, fixed, proposed, range, error }: Props) {
  return (
    <>
      <div class="fields">
        <Field label="Made every" error={error('every')}>
          {(a) => (
            <select {...a} value={repeat.every} onChange={(e) => set({ every: e.currentTarget.value as Every })}>
              <option value="day">Day</option>
              <option value="week">Week</option>
              <option value="month">Month</option>
            </select>
          )}
        </Field>
        <Field label="Of" hint={`Now ${daysInWords(range.from, range.to)}`}>
          {(a) => (
            <select {...a} value={repeat.what} onChange={(e) => set({ what: e.currentTarget.value as Repeat['what'] })}>
              <option value="ended">{periods[repeat.every]}</option>
              <option value="last">The last days</option>
            </select>
          )}
        </Field>
        {repeat.what === 'last' && (
          <Field label="Days" error={error('days')}>
            {(a) => <input {...a} type="number" min="1" max="366" required value={repeat.days} onInput={(e) => set({ days: e.currentTarget.value })} />}
          </Field>
        )}
        <Field label="Days begin in" hint="A time zone. Empty: the first source's, else UTC." error={error('zone')}>
          {(a) => (
            <>
              <input {...a} {...words} list="repeat-zones" placeholder="Europe/Lisbon" value={repeat.zone} onInput={(e) => set({ zone: e.currentTarget.value })} />
              <ZoneList id="repeat-zones" />
            </>
          )}
        </Field>
        {!fixed && (
          <Field label="Name" hint="Lower-case letters, digits and dashes." error={error('name')}>
            {(a) => <input {...a} {...words} pattern="[a-z0-9][a-z0-9\-]{0,62}" placeholder={proposed} value={repeat.name} onInput={(e) => set({ name: e.currentTarget.value })} />}
          </Field>
        )}
        <Field class="whole" label="Also put into the folder" hint="On the node’s machine, from the root on. Empty: kept in the archive only." error={error('folder')}>
          {(a) => <input {...a} {...words} class="mono" pattern="/.*" placeholder="/srv/videos" value={repeat.folder} onInput={(e) => set({ folder: e.currentTarget.value })} />}
        </Field>
      </div>
    </>
  );
}

const words = { spellcheck: false, autocomplete: 'off', autocapitalize: 'off' } as const;
