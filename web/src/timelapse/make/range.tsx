import type { Day } from '../../api';
import { Field } from '../../ui/field';
import { forField, fromField, utcFull } from '../../ui/time';
import { countWithin, type QuickRange, type Range } from './ranges';
import { RangeCalendar } from './range-calendar';

/** The two ends as fields hold them, half typed too. */
export interface RangeText {
  from: string;
  to: string;
}

export const textOf = (range: Range): RangeText => ({ from: forField(range.from), to: forField(range.to) });

/** The instants that the fields name; null where they name none. */
export function rangeOf({ from, to }: RangeText): Range | null {
  const range = { from: fromField(from), to: fromField(to) };
  return range.from !== null && range.to !== null ? { from: range.from, to: range.to } : null;
}

interface Props {
  text: RangeText;
  days: readonly Day[];
  quick: readonly QuickRange[];
  onText: (text: RangeText) => void;
  error: (field: string) => string | undefined;
}

/** Which instants: by one click, on the calendar, or to the second. */
export function RangeChoice({ text, days, quick, onText, error }: Props) {
  const range = rangeOf(text);
  const choose = (next: Range) => onText(textOf(next));
  const same = (other: Range) => text.from === forField(other.from) && text.to === forField(other.to);
  return (
    <fieldset class="range">
      <legend>Range, UTC</legend>
      <div class="quick" role="group" aria-label="Quick choices">
        {quick.map((q) => (
          <button key={q.name} type="button" aria-pressed={same(q)} disabled={countWithin(days, q) === 0} onClick={() => choose(q)}>
            {q.name}
          </button>
        ))}
      </div>
      {days.length > 0 && <RangeCalendar days={days} range={range ?? { from: 0, to: 0 }} onRange={choose} />}
      <div class="fields">
        <Field label="From" hint={range && utcFull(range.from)} error={error('from')}>
          {(a) => <input {...a} type="datetime-local" step="1" required value={text.from} onInput={(e) => onText({ ...text, from: e.currentTarget.value })} />}
        </Field>
        <Field label="To, not included" hint={range && utcFull(range.to)} error={range && range.from >= range.to ? 'It must be after the beginning.' : error('to')}>
          {(a) => <input {...a} type="datetime-local" step="1" required value={text.to} onInput={(e) => onText({ ...text, to: e.currentTarget.value })} />}
        </Field>
      </div>
    </fieldset>
  );
}
