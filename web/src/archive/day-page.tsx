import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Source } from '../api';
import { useAsOf } from '../live/as-of';
import { nodeNow, useNow } from '../live/clock';
import { known, link } from '../live/node';
import { address, go, note } from '../route';
import { count, counted } from '../ui/numbers';
import { conditionOf } from '../sources/condition';
import { Matters } from '../sources/matters';
import { useStore } from '../ui/store';
import { dayInWords, dayMs, startOfDay, utcDay, utcSeconds } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { Calendar } from './calendar';
import { useDayFrames, useDays } from './day-frames';
import { useDayKeys } from './day-keys';
import { Excerpt } from './excerpt';
import { Label } from './label';
import { Stage } from './stage';
import { TimelineView } from './timeline-view';
import type { Marks } from './timeline';
import { Transport } from './transport';
import { Viewer } from './viewer';

const noMarks: Marks = { in: null, out: null };

/** One source's day, frame by frame. Without a day it shows the newest one and goes on with it. */
export function DayPage(props: { source: string; day: string | null; at: number | null }) {
  const viewer = useMemo(() => new Viewer(), []);
  useEffect(() => () => viewer.dispose(), []);
  const source = useStore(known, (k) => (k.sources === null ? undefined : (k.sources.find((s) => s.id === props.source) ?? null)));
  const live = useStore(link, (l) => l.kind === 'live');
  const days = useDays(props.source);
  const [follow, setFollow] = useState(props.at === null);
  // Midnight takes along those who follow the newest, not those who are looking at something.
  const held = useRef<string | null>(null);
  const day = props.day ?? (follow ? null : held.current) ?? days.value?.[0]?.day ?? null;
  held.current = day;
  const list = useDayFrames(props.source, day);
  const [marks, setMarks] = useState(noMarks);
  const shown = useStore(viewer.look, (l) => l.shown);
  const wanted = useStore(viewer.look, (l) => l.frames[l.wanted] ?? null);

  // Where the address points, until the page of frames that has it is there.
  const aim = useRef(props.at);
  const seek = (index: number) => {
    const { frames } = viewer.look.get();
    aim.current = null;
    setFollow(index >= frames.length - 1 && day === utcDay(nodeNow()));
    viewer.pause();
    viewer.seek(index);
  };
  const mark = (which: 'in' | 'out', at: number) =>
    setMarks((m) => {
      const next = { ...m, [which]: at };
      // An in point after the out point begins a new excerpt.
      return next.in !== null && next.out !== null && next.in > next.out ? { ...noMarks, [which]: at } : next;
    });

  // The day's frames, and where in them the address points.
  useEffect(() => {
    setMarks(noMarks);
    aim.current = props.at;
    setFollow(props.at === null && (props.day === null || props.day === utcDay(nodeNow())));
    viewer.pause();
  }, [day]);
  useEffect(() => {
    if (list.value === null) return;
    const before = viewer.look.get();
    viewer.setFrames(list.value);
    const fresh = before.frames[0]?.time.slice(0, 10) !== day || before.wanted < 0;
    if (aim.current !== null) reach();
    else if (follow && !before.playing) list.complete && viewer.seek(list.value.length - 1);
    else if (fresh) viewer.seek(0);
  }, [list.value, list.complete, day]);
  const reach = () => {
    const at = aim.current;
    const last = list.value?.at(-1);
    if (at === null || !last || (!list.complete && Date.parse(last.time) < at)) return;
    aim.current = null;
    viewer.seekTime(at);
  };
  useEffect(() => {
    aim.current = props.at;
    reach();
  }, [props.at]);
  useEffect(() => {
    if (live) viewer.retry();
  }, [live]);

  // The address follows the picture, a little behind: browsers limit how often it may change.
  useEffect(() => {
    if (!shown || follow) return;
    const at = Date.parse(shown.time);
    const timer = setTimeout(() => note({ view: 'day', source: props.source, day: utcDay(at), at }), 200);
    return () => clearTimeout(timer);
  }, [shown, follow]);

  const keepClock = follow || !shown ? null : Date.parse(shown.time) % dayMs;
  const goDay = (by: number) => {
    const place = days.value?.findIndex((d) => d.day === day) ?? -1;
    const to = place < 0 ? undefined : days.value?.[place + by];
    if (to) go({ view: 'day', source: props.source, day: to.day, at: keepClock === null ? null : startOfDay(to.day) + keepClock });
  };
  useDayKeys({ viewer, seek, mark, clearMarks: () => setMarks(noMarks), goDay });

  if (source === null) return <NoSource id={props.source} />;
  const none = days.value?.length === 0 || (list.complete && list.value?.length === 0);
  return (
    <div class="day-page" data-source={props.source} data-day={day ?? undefined}>
      <div class="title-row">
        <h1>
          <a href="#/">Sources</a> <span aria-hidden="true">/</span> {props.source}
        </h1>
        {day && (
          <div class="day-title">
            <button class="quiet" onClick={() => goDay(1)} disabled={days.value?.at(-1)?.day === day} aria-label="Day before" title="Day before (PageUp)">
              ‹
            </button>
            <h2>{dayInWords(day)}</h2>
            <button class="quiet" onClick={() => goDay(-1)} disabled={days.value?.[0]?.day === day} aria-label="Day after" title="Day after (PageDown)">
              ›
            </button>
          </div>
        )}
        {source && (
          <p class="summary">
            {list.value && <span>{list.complete ? counted(list.value.length, 'frame') : `${counted(list.value.length, 'frame')} so far …`}</span>}
            <State source={source} />
            <a href={address({ view: 'slots', source: props.source, day })}>Slots</a>
            {source.quarantined > 0 && <a href={address({ view: 'quarantine', source: props.source })}>{count(source.quarantined)} in quarantine</a>}
            {follow && live && <span data-tone="good">follows the newest</span>}
          </p>
        )}
      </div>
      {source && <Matters source={source} />}
      <div class="day-layout">
        <section class="watch" aria-label="Frames">
          <Stage viewer={viewer} empty={days.value?.length === 0 ? 'This source has no frames yet.' : none ? 'No frames of this day.' : null} />
          <Label viewer={viewer} />
          {list.value && day && (
            <TimelineView viewer={viewer} day={day} frames={list.value} everySeconds={source?.everySeconds ?? 600} marks={marks} wanted={wanted} shown={shown} onSeek={seek} onMark={mark}>
              <Transport viewer={viewer} seek={seek} mark={mark} marks={marks} />
            </TimelineView>
          )}
          <Trouble problem={list.problem ?? days.problem} />
        </section>
        <aside class="rail">
          <Excerpt source={props.source} frames={list.value ?? []} marks={marks} onClear={() => setMarks(noMarks)} />
          {days.value && days.value.length > 0 && <Calendar source={props.source} days={days.value} chosen={day} keepClock={keepClock} />}
        </aside>
      </div>
    </div>
  );
}

/** How the source does now; a day's page must not hide that nothing more is coming. */
function State({ source }: { source: Source }) {
  const now = useNow();
  const asOf = useAsOf();
  const condition = conditionOf(source, asOf ?? now);
  if (asOf !== null) return <span class="as-of">as of {utcSeconds(asOf)} UTC</span>;
  return condition.tone === 'good' ? null : (
    <span class="chip" data-tone={condition.tone} title={condition.reason ?? undefined}>
      {condition.word}
    </span>
  );
}

function NoSource({ id }: { id: string }) {
  return (
    <section class="sheet">
      <h1>There is no source {id}</h1>
      <p>
        It may have been removed, or the address is wrong. <a href={address({ view: 'sources' })}>See the sources there are</a>.
      </p>
    </section>
  );
}
