import { useEffect, useRef, useState } from 'preact/hooks';
import { DayPage } from './archive/day-page';
import { JobPage } from './jobs/job-page';
import { JobsPage } from './jobs/page';
import { KeepingPage } from './keeping/page';
import { Warnings } from './keeping/warnings';
import { Banner } from './live/banner';
import { useNow } from './live/clock';
import { Footer } from './live/footer';
import { LinkLight } from './live/light';
import { known, link } from './live/node';
import { NodesPage } from './nodes/page';
import { QuarantinePage } from './quarantine/page';
import { address, go, route, type Route } from './route';
import { SignIn } from './session/sign-in';
import { SlotsPage } from './slots/page';
import { SourcesPage } from './sources/page';
import { MakePage } from './timelapse/make/page';
import { TimelapsesPage } from './timelapse/page';
import { SchedulesPage } from './timelapse/schedules/page';
import { Announcer } from './ui/announce';
import { Keys, typing } from './ui/keys';
import { useStore } from './ui/store';
import { dayMs, utcDay, utcSeconds } from './ui/time';

export function App() {
  const to = useStore(route, (r) => r);
  const kind = useStore(link, (l) => l.kind);
  const [keys, setKeys] = useState(false);
  useShortcuts(() => setKeys(true));
  useEffect(() => {
    document.documentElement.dataset['link'] = kind;
    document.title = `${kind === 'lost' ? 'No answer · ' : ''}${titleOf(to)}Tidemark`;
  }, [kind, to]);
  useFreshStart(to);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Header to={to} onKeys={() => setKeys(true)} />
      <Banner />
      {kind !== 'signed-out' && <Warnings />}
      <main id="main" tabIndex={-1} data-view={kind === 'signed-out' ? 'sign-in' : to.view}>
        {kind === 'signed-out' ? <SignIn /> : <View to={to} />}
      </main>
      {kind !== 'signed-out' && <Footer />}
      <Announcer />
      {keys && <Keys onClose={() => setKeys(false)} />}
    </>
  );
}

const titles = { sources: '', timelapses: 'Timelapses · ', make: 'New timelapse · ', schedules: 'Repeating timelapses · ', jobs: 'Jobs · ', job: 'Job · ', nodes: 'Nodes · ', keeping: 'Archive · ', slots: 'Slots · ', quarantine: 'Quarantine · ' } as const;

const titleOf = (to: Route) => (to.view === 'day' ? `${to.source} · ` : titles[to.view]);

/** A new view begins at its top, with the focus in it: what had the focus is gone. */
function useFreshStart(to: Route): void {
  const place = to.view === 'day' || to.view === 'slots' || to.view === 'quarantine' ? `${to.view} ${to.source}` : to.view === 'job' ? to.id : to.view;
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [place]);
}

function View({ to }: { to: Route }) {
  switch (to.view) {
    case 'sources':
      return <SourcesPage />;
    case 'day':
      return <DayPage key={to.source} source={to.source} day={to.day} at={to.at} />;
    case 'make':
      return <MakePage key={address(to)} {...to} />;
    case 'schedules':
      return <SchedulesPage />;
    case 'timelapses':
      return <TimelapsesPage id={to.id} />;
    case 'jobs':
      return <JobsPage show={to.show} />;
    case 'job':
      return <JobPage key={to.id} id={to.id} task={to.task} />;
    case 'nodes':
      return <NodesPage />;
    case 'keeping':
      return <KeepingPage />;
    case 'quarantine':
      return <QuarantinePage key={to.source} source={to.source} />;
    case 'slots':
      return <SlotsPage key={to.source} source={to.source} day={to.day} />;
  }
}

function Header({ to, onKeys }: { to: Route; onKeys: () => void }) {
  const making = useStore(known, (k) => k.timelapses?.filter((t) => t.state === 'running' || t.state === 'queued').length ?? 0);
  // What a source has in quarantine belongs to it.
  const view = to.view === 'quarantine' ? (to.source === null ? 'keeping' : 'slots') : to.view;
  const here = (...views: Route['view'][]) => (views.includes(view) ? 'page' : undefined);
  return (
    <header class="top">
      <div class="bar">
        <a class="brand" href="#/" aria-label="Tidemark, sources">
          <Mark />
          <span>Tidemark</span>
        </a>
        <nav aria-label="Main">
          <a href="#/" aria-current={here('sources', 'day', 'slots')}>
            Sources
          </a>
          <a href="#/timelapses" aria-current={here('timelapses', 'make', 'schedules')}>
            Timelapses
            {making > 0 && (
              <span class="badge" aria-label={`${making} being made`}>
                {making}
              </span>
            )}
          </a>
          <a href="#/jobs" aria-current={here('jobs', 'job')}>
            Jobs
          </a>
          <a href="#/nodes" aria-current={here('nodes')}>
            Nodes
          </a>
          <a href="#/archive" aria-current={here('keeping')}>
            Archive
          </a>
        </nav>
        <div class="bar-end">
          <LinkLight />
          <Clock />
          <button class="quiet" onClick={onKeys} aria-label="Show the keys" title="Keys (?)">
            ?
          </button>
        </div>
      </div>
      <DayRule />
    </header>
  );
}

/** The border of a sea chart: 24 hours of the UTC day, and where it is now. */
function DayRule() {
  const now = useNow();
  return (
    <div class="rule" aria-hidden="true">
      <i style={{ '--part': (now % dayMs) / dayMs }} />
    </div>
  );
}

function Clock() {
  const now = useNow();
  return (
    <time class="clock" dateTime={new Date(now).toISOString()} title={`${utcDay(now)}, by the node’s clock`}>
      {utcSeconds(now)} <small>UTC</small>
    </time>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" class="mark">
      <path d="M6 2v20M6 4h5M6 8h3M6 12h5" />
      <path class="mark-water" d="M2 17c3-2.700 5.500-2.700 8.500 0s6 2.700 11.500-.500" />
      <path class="mark-line" d="M15 8h7" />
    </svg>
  );
}

function skip(e: Event): void {
  // The hash is the page's address; the focus moves without it.
  e.preventDefault();
  document.getElementById('main')?.focus();
}

function useShortcuts(onKeys: () => void): void {
  useEffect(() => {
    let g = false;
    const press = (e: KeyboardEvent) => {
      if (typing(e)) return;
      if (e.key === '?') onKeys();
      else if (g && e.key === 's') go({ view: 'sources' });
      else if (g && e.key === 't') go({ view: 'timelapses', id: null });
      else if (g && e.key === 'j') go({ view: 'jobs', show: 'all' });
      else if (g && e.key === 'n') go({ view: 'nodes' });
      else if (g && e.key === 'a') go({ view: 'keeping' });
      else if (g && e.key === 'q') go({ view: 'quarantine', source: null });
      g = e.key === 'g';
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
