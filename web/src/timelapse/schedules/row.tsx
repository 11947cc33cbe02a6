import { useState } from 'preact/hooks';
import { known, putTimelapse } from '../../live/node';
import { address } from '../../route';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/dialog';
import { useStore } from '../../ui/store';
import { utcDay, utcMinutes } from '../../ui/time';
import { Trouble } from '../../ui/trouble';
import { schedulesApi, settingsOf, type Schedule } from '../api';
import { Progress } from '../progress';
import { paceInWords, rangeInWords, stateWords, toneOf } from '../words';

const periods = { day: 'the day that ended', week: 'the week that ended', month: 'the month that ended' } as const;

/** Every week: the last 7 days of pier, 24 frames a second. */
const inWords = (s: Schedule) =>
  `Every ${s.every}: ${s.days === null ? periods[s.every] : s.days === 1 ? 'the last day' : `the last ${s.days} days`}${s.timelapse.layout === 'single' ? '' : `, as ${s.timelapse.layout}`}, ${paceInWords(s.timelapse)}`;

interface Props {
  schedule: Schedule;
  onChange: (schedule: Schedule) => void;
  onRemoved: () => void;
}

export function Row({ schedule: s, onChange, onRemoved }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [removing, setRemoving] = useState(false);
  // What is known live is newer than what the list said.
  const last = useStore(known, (k) => k.timelapses?.find((t) => t.id === s.last?.id) ?? s.last);
  const run = async (action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    await action().catch(setProblem);
    setBusy(false);
  };
  const pause = () =>
    run(async () => {
      onChange(await schedulesApi.put(s.name, { ...settingsOf(s), paused: !s.paused }));
      announce(`${s.name} ${s.paused ? 'goes on' : 'is paused'}`);
    });
  const makeNow = () =>
    run(async () => {
      const made = await schedulesApi.run(s.name);
      putTimelapse(made);
      onChange({ ...s, last: made });
      announce(`${s.name} is being made`);
    });
  const remove = () =>
    run(async () => {
      await schedulesApi.remove(s.name);
      announce(`${s.name} is not repeated any more`);
      onRemoved();
    });
  return (
    <li class="schedule" data-schedule={s.name} data-paused={s.paused} aria-labelledby={`schedule-${s.name}`}>
      <div class="row-head">
        <h2 id={`schedule-${s.name}`}>{s.name}</h2>
        <span class="chip" data-tone={s.paused ? 'idle' : 'good'}>
          {s.paused ? 'Paused' : s.nextAt ? `Next ${when(s.nextAt)}` : 'Kept current'}
        </span>
      </div>
      <p>
        {s.timelapse.sources.join(', ')} <span class="faint">{inWords(s)}</span>
      </p>
      <p class="row-more">
        {s.zone ? `Days in ${s.zone}` : 'Days in UTC'}
        {s.folder && (
          <>
            {' '}
            · also put into <code>{s.folder}</code>
          </>
        )}
      </p>
      <div class="schedule-last">
        {last ? (
          <>
            <span>
              Newest: {rangeInWords(Date.parse(last.from), Date.parse(last.to))}{' '}
              <span class="chip" data-tone={toneOf(last)}>
                {stateWords[last.state]}
              </span>
            </span>
            {last.state === 'running' && <Progress timelapse={last} slim />}
            {last.failure && <p class="hint bad">{last.failure.message}</p>}
          </>
        ) : (
          <span class="faint">None has been made yet.</span>
        )}
      </div>
      <div class="actions">
        {last && (
          <a class="button" href={address({ view: 'timelapses', id: last.id })} aria-label={`Open the newest of ${s.name}`}>
            {last.state === 'done' ? 'Play the newest' : 'Open the newest'}
          </a>
        )}
        <button onClick={makeNow} disabled={busy} aria-label={`Make ${s.name} now`}>
          Make now
        </button>
        <button onClick={pause} disabled={busy} aria-label={`${s.paused ? 'Resume' : 'Pause'} ${s.name}`}>
          {s.paused ? 'Resume' : 'Pause'}
        </button>
        <a class="button" href={address({ view: 'make', sources: [], from: null, to: null, schedule: s.name })} aria-label={`Change ${s.name}`}>
          Change
        </a>
        <button class="danger" onClick={() => setRemoving(true)} disabled={busy} aria-label={`Remove ${s.name}`}>
          Remove
        </button>
      </div>
      <Trouble problem={problem} />
      {removing && (
        <Dialog title={`Remove ${s.name}`} onClose={() => setRemoving(false)}>
          <p>It is not made any more. The timelapses that it made stay.</p>
          <footer>
            <button type="button" onClick={() => setRemoving(false)}>
              Keep it
            </button>
            <button type="button" class="danger" onClick={remove} disabled={busy}>
              Remove
            </button>
          </footer>
        </Dialog>
      )}
    </li>
  );
}

const when = (text: string) => `${utcDay(Date.parse(text))} ${utcMinutes(Date.parse(text))} UTC`;
