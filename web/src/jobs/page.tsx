import { useAsOf } from '../live/as-of';
import { address, shown, type Shown } from '../route';
import { utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { useJobs } from './load';
import { JobRow } from './row';

const words: Record<Shown, string> = { all: 'All', unfinished: 'Unfinished', failed: 'Failed', done: 'Done' };
const none: Record<Shown, string> = {
  all: 'No job has been asked for yet. A timelapse is one: make one, and it stands here with its tasks.',
  unfinished: 'Nothing is under way.',
  failed: 'No job has failed.',
  done: 'No job is done yet.',
};

/** All that was asked for and what became of it, newest first. */
export function JobsPage({ show }: { show: Shown }) {
  const asOf = useAsOf();
  return (
    <div class="jobs">
      <div class="title-row">
        <h1>Jobs</h1>
        <nav class="filter" aria-label="Which jobs">
          {shown.map((s) => (
            <a key={s} href={address({ view: 'jobs', show: s })} aria-current={s === show ? 'true' : undefined}>
              {words[s]}
            </a>
          ))}
        </nav>
        {asOf !== null && <span class="as-of">as of {utcSeconds(asOf)} UTC</span>}
      </div>
      <List key={show} show={show} />
    </div>
  );
}

function List({ show }: { show: Shown }) {
  const { list, problem, more } = useJobs(show);
  return (
    <div data-loaded={list !== null}>
      <Trouble problem={problem} />
      {list === null && problem === null && <p class="faint">Asking the node …</p>}
      {list?.jobs.length === 0 && list.next === null && <p class="faint">{none[show]}</p>}
      {list !== null && list.jobs.length > 0 && (
        <ol class="job-list" aria-label="Jobs">
          {list.jobs.map((j) => (
            <JobRow key={j.id} job={j} />
          ))}
        </ol>
      )}
      {list?.next != null && (
        <button class="more" onClick={more ?? undefined} disabled={more === null}>
          {more === null ? 'Asking the node …' : 'Show older'}
        </button>
      )}
    </div>
  );
}
