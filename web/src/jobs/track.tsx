import { useState } from 'preact/hooks';
import { count } from '../ui/numbers';
import { localClock, utcDay, utcFull, utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import type { JobEvent } from './api';
import type { Track as Loaded } from './load-job';
import { later, stateWords, tookOf } from './words';

const step = 50;

/** What happened to a job, newest first. known: the node answers; while it does not, the page has said so above. */
export function Track({ track, now, known }: { track: Loaded; now: number; known: boolean }) {
  const [most, setMost] = useState(step);
  const { events, total } = track;
  return (
    <section class="track" aria-labelledby="track-title">
      <h2 id="track-title">
        Track <small class="faint">{track.complete ? `${count(total)} ${total === 1 ? 'event' : 'events'}` : total > 0 ? `reading, ${count(total)} so far …` : 'reading …'}</small>
      </h2>
      {(known || total === 0) && <Trouble problem={track.problem} />}
      <ol aria-label="Track" reversed>
        {events.slice(0, most).map((e, i) => (
          <Event key={e.number} event={e} dayBefore={events[i - 1]?.at} now={now} />
        ))}
      </ol>
      {events.length > most && (
        <button class="more" onClick={() => setMost(most + 10 * step)}>
          Show older
        </button>
      )}
      {events.length <= most && events.length < total && track.complete && <p class="faint">The {count(total - events.length)} before are not shown.</p>}
    </section>
  );
}

function Event({ event: e, dayBefore, now }: { event: JobEvent; dayBefore: string | undefined; now: number }) {
  const at = Date.parse(e.at);
  const newDay = utcDay(at) !== utcDay(dayBefore === undefined ? now : Date.parse(dayBefore));
  const again = later(e.nextAt, now);
  return (
    <li data-event={e.kind} data-number={e.number} data-tone={toneOf(e)}>
      <time dateTime={e.at} title={`${utcFull(at)}, here ${localClock(at)}`}>
        {newDay && <span>{utcDay(at)} </span>}
        {utcSeconds(at)} <small>UTC</small>
      </time>
      <i aria-hidden="true" />
      <div>
        <p>{eventInWords(e)}</p>
        {e.failure && (
          <p class="row-more">
            {e.failure.message}
            {e.failure.mend && <span class="mend">{e.failure.mend}</span>}
          </p>
        )}
        {again !== null && <p class="row-more">Tried again {again}</p>}
      </div>
    </li>
  );
}

const toneOf = (e: JobEvent) =>
  e.jobState === 'failed' || e.kind === 'failed' ? 'bad' : e.kind === 'lost' || e.kind === 'returned' ? 'late' : e.kind === 'done' || e.jobState === 'done' ? 'good' : 'idle';

/** A step of the track as a sentence. */
export function eventInWords(e: JobEvent): string {
  const task = e.task ?? 'The job';
  const where = e.node === null ? '' : ` on ${e.node}`;
  const took = e.startedAt === null ? null : tookOf({ startedAt: e.startedAt, endedAt: e.at }, 0);
  const attempt = e.attempt !== null && e.attempt > 1 ? `, attempt ${e.attempt}` : '';
  const after = took === null ? '' : ` after ${took}`;
  const outcome = e.jobState === null ? 'ended' : e.jobState === 'failed' ? 'failed' : `is ${stateWords[e.jobState].toLowerCase()}`;
  const end = e.jobState === null ? '' : `, and the job ${outcome}`;
  switch (e.kind) {
    case 'submitted':
      return 'Submitted';
    case 'done':
      return `${task} done${where}${after}${attempt}${end}`;
    case 'failed':
      return `${task} failed${where}${after}${attempt}${end}`;
    case 'lost':
      return `${task} lost with ${e.node ?? 'its node'}${after}${attempt}${end}`;
    case 'returned':
      return `${task} handed back${e.node === null ? '' : ` by ${e.node}`}${after}${attempt}${end}`;
    case 'stopped':
      return `${task} stopped${where}${after}${attempt}`;
    case 'cancelled':
      return e.task === null ? 'Cancelled' : `${task} cancelled${where}${end}`;
    case 'retried':
      return e.task === null ? 'Tried again' : `${task} runs again, though it was done`;
    case 'ended':
      return `The job ${outcome}`;
    default:
      return [e.kind, e.task].filter(Boolean).join(' ');
  }
}
