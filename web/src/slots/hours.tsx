import { counted } from '../ui/numbers';
import { startOfDay, utcClock, utcMinutes } from '../ui/time';
import type { SlotRun } from './api';
import { runInWords, toneOf, within } from './words';

const hourMs = 3_600_000;

/** A day's slots, an hour a row; whatever did not go well stands below it with its reason. */
export function Hours({ day, runs }: { day: string; runs: SlotRun[] }) {
  const start = startOfDay(day);
  return (
    <ol class="slot-hours" aria-label="Hours, UTC">
      {Array.from({ length: 24 }, (_, hour) => start + hour * hourMs).map((at) => (
        <Hour key={at} at={at} runs={runs.map((r) => within(r, at, at + hourMs)).filter((r) => r !== null)} />
      ))}
    </ol>
  );
}

function Hour({ at, runs }: { at: number; runs: SlotRun[] }) {
  const slots = runs.reduce((sum, r) => sum + r.slots, 0);
  const trouble = runs.filter((r) => toneOf(r.outcome) !== 'good');
  return (
    <li data-hour={utcMinutes(at)}>
      <time dateTime={new Date(at).toISOString()}>{utcMinutes(at)}</time>
      <div class="slot-row">
        <div class="slot-bar" role="img" aria-label={slots === 0 ? 'no slots' : runs.map(runInWords).join('; ')}>
          {runs.map((run) => (
            <i
              key={run.from}
              data-outcome={run.outcome}
              data-wash={toneOf(run.outcome)}
              title={`${span(run)} ${runInWords(run)}`}
              style={{
                left: `${((Date.parse(run.from) - at) / hourMs) * 100}%`,
                width: `${Math.min((run.slots * run.everySeconds * 1000) / hourMs, 1 - (Date.parse(run.from) - at) / hourMs) * 100}%`,
                backgroundSize: `${100 / run.slots}% 100%`,
              }}
              data-single={run.slots > 60 ? undefined : 'true'}
            />
          ))}
        </div>
        {trouble.length > 0 && (
          <ul class="slot-reasons">
            {trouble.slice(0, 4).map((run) => (
              <li key={run.from}>
                <span class="mono">{span(run)}</span> <b data-tone={toneOf(run.outcome)}>{run.slots > 1 ? `${run.slots} ${run.outcome}` : run.outcome}</b>
                {run.reason && ` ${run.reason}`}
              </li>
            ))}
            {trouble.length > 4 && (
              <li>
                <details>
                  <summary>and {counted(trouble.length - 4, 'more stretch', 'more stretches')}</summary>
                  <ul class="slot-reasons">
                    {trouble.slice(4).map((run) => (
                      <li key={run.from}>
                        <span class="mono">{span(run)}</span> <b data-tone={toneOf(run.outcome)}>{run.slots > 1 ? `${run.slots} ${run.outcome}` : run.outcome}</b>
                        {run.reason && ` ${run.reason}`}
                      </li>
                    ))}
                  </ul>
                </details>
              </li>
            )}
          </ul>
        )}
      </div>
      <span class="slot-count">{slots === 0 ? '–' : slots}</span>
    </li>
  );
}

function span(run: SlotRun): string {
  const clock = (text: string) => {
    const at = Date.parse(text);
    return at % 60_000 === 0 ? utcMinutes(at) : utcClock(at);
  };
  return run.slots === 1 ? clock(run.from) : `${clock(run.from)}–${clock(run.to)}`;
}
