import { useAsOf } from '../live/as-of';
import { useNow } from '../live/clock';
import { address } from '../route';
import { utcFull } from '../ui/time';
import type { Job } from './api';
import { Bar } from './progress';
import { countsInWords, fractionOf, hasEnded, later, percent, stateWord, timeLeft, tookOf, toneOf, whenOf } from './words';

export function JobRow({ job }: { job: Job }) {
  const asOf = useAsOf();
  const ticking = useNow();
  const now = asOf ?? ticking;
  const ended = hasEnded(job);
  const begins = job.startedAt === null ? later(job.notBefore, now) : null;
  const took = tookOf(job, now);
  const part = fractionOf(job);
  return (
    <li data-job={job.id} data-state={job.state}>
      <a href={address({ view: 'job', id: job.id, task: null })}>
        <span class="job-name">
          <strong>{job.title}</strong>
          <span class="row-more">
            {job.kind}
            {job.round > 1 && ` · round ${job.round}`}
            {job.tenant !== 'default' && ` · for ${job.tenant}`}
          </span>
        </span>
        <span class="chip" data-tone={toneOf(job)}>
          {stateWord(job, asOf === null)}
        </span>
        <span class="job-progress">
          {!ended && job.startedAt !== null && <Bar part={part} name={`Progress of ${job.title}`} slim />}
          <span class="row-more">
            {!ended && job.startedAt !== null && <b>{percent(part)}</b>}
            <span>{countsInWords(job)}</span>
            {!ended && job.progress?.note && <span>{job.progress.note}</span>}
            {!ended && asOf === null && timeLeft(job.progress) !== null && <span>{timeLeft(job.progress)}</span>}
          </span>
        </span>
        <span class="job-when row-more">
          <time dateTime={job.createdAt} title={utcFull(Math.floor(Date.parse(job.createdAt) / 1000) * 1000)}>
            {whenOf(job, now)}
          </time>
          {took !== null && <span>{ended ? `took ${took}` : `for ${took}`}</span>}
        </span>
        {job.failure && (
          <span class="job-reason reason bad">
            {job.failure.message} {job.failure.mend && <span class="mend">{job.failure.mend}</span>}
          </span>
        )}
        {job.trouble !== null && !ended && <span class="job-reason reason late">Waits: {job.trouble}</span>}
        {begins !== null && <span class="job-reason reason">Begins {begins}</span>}
      </a>
    </li>
  );
}
