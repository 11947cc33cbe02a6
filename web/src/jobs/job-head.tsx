import { utcFull } from '../ui/time';
import type { Job } from './api';
import { FailureBox } from './failure';
import { Bar } from './progress';
import { countsInWords, fractionOf, hasEnded, later, percent, timeLeft, tookOf } from './words';

const priorities: Record<number, string> = { 1: 'most urgent', 2: 'usual', 3: 'can wait', 4: 'when nothing else is to do' };

/** How a job stands: how far, how long, why not. */
export function JobHead({ job, now, known }: { job: Job; now: number; known: boolean }) {
  const ended = hasEnded(job);
  const part = fractionOf(job);
  const begins = job.startedAt === null ? later(job.notBefore, now) : null;
  const second = (time: string | null) => (time === null ? null : utcFull(Math.floor(Date.parse(time) / 1000) * 1000));
  const facts: [string, string | null][] = [
    ['Kind', job.kind],
    ['Asked for', second(job.createdAt)],
    ['Began', second(job.startedAt)],
    ['Ended', second(job.endedAt)],
    [ended ? 'Took' : 'For', tookOf(job, now)],
    ['Round', job.round > 1 ? String(job.round) : null],
    ['Priority', job.priority === 2 ? null : `${job.priority}, ${priorities[job.priority] ?? ''}`],
    ['For', job.tenant === 'default' ? null : job.tenant],
    ['Key', job.key],
    ['Id', job.id],
  ];
  return (
    <div class="job-head">
      {!ended && (
        <div class="job-far">
          <Bar part={part} name="Progress of the job" words={`${percent(part)}, ${countsInWords(job)}`} />
          <p>
            <b>{percent(part)}</b>
            <span>{countsInWords(job)}</span>
            {job.progress?.note && <span>{job.progress.note}</span>}
            {known && timeLeft(job.progress) !== null && <span>{timeLeft(job.progress)}</span>}
          </p>
        </div>
      )}
      {job.trouble !== null && !ended && <p class="reason late">Waits: {job.trouble}</p>}
      {begins !== null && <p class="reason">Begins {begins}</p>}
      {job.failure && <FailureBox failure={job.failure} role="alert" />}
      {ended && <p>{countsInWords(job)}</p>}
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={name === 'Id' || name === 'Key' ? 'mono' : ''}>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}
