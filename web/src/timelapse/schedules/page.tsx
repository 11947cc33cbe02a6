import { useEffect, useState } from 'preact/hooks';
import { epoch, known } from '../../live/node';
import { address } from '../../route';
import { useStore } from '../../ui/store';
import { Trouble } from '../../ui/trouble';
import { schedulesApi, type Schedule } from '../api';
import { Tabs } from '../tabs';
import { Row } from './row';

/** Timelapses that are made again every day, week or month. */
export function SchedulesPage() {
  const [list, setList] = useState<Schedule[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const turn = useStore(epoch, (n) => n);
  // One that ends, or that is begun by its schedule, changes what is said here.
  const made = useStore(known, (k) => k.timelapses?.map((t) => `${t.id} ${t.state}`).join() ?? null);
  useEffect(() => {
    if (turn === 0 || made === null) return;
    const stop = new AbortController();
    schedulesApi.list(stop.signal).then(
      (schedules) => {
        setList(schedules);
        setProblem(null);
      },
      (reason) => stop.signal.aborted || setProblem(reason),
    );
    return () => stop.abort();
  }, [turn, made]);
  const put = (schedule: Schedule) => setList((l) => l?.map((s) => (s.name === schedule.name ? schedule : s)) ?? null);
  return (
    <div class="schedules" data-loaded={list !== null}>
      <div class="title-row">
        <h1>Timelapses</h1>
        <Tabs here="repeating" />
        <a class="button primary" href={address({ view: 'make', sources: [], from: null, to: null })}>
          New timelapse
        </a>
      </div>
      <Trouble problem={problem} />
      {list === null && problem === null && <p class="faint">Asking the node …</p>}
      {list?.length === 0 && (
        <section class="sheet first-run">
          <h2>Nothing is repeated yet</h2>
          <p>
            A timelapse of each day, week or month, or of the last seven days, can be made by itself and kept current. In the{' '}
            <a href={address({ view: 'make', sources: [], from: null, to: null })}>form of a new timelapse</a>, choose <em>Repeat this</em>.
          </p>
        </section>
      )}
      {list !== null && list.length > 0 && (
        <ul class="schedule-list" aria-label="Repeating timelapses">
          {list.map((s) => (
            <Row key={s.name} schedule={s} onChange={put} onRemoved={() => setList((l) => l?.filter((other) => other.name !== s.name) ?? null)} />
          ))}
        </ul>
      )}
    </div>
  );
}
