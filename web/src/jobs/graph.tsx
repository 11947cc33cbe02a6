import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { count } from '../ui/numbers';
import type { Edge, JobDetail } from './api';
import { stateOf, step, tally, tallyInWords, groupLine, type Box } from './boxes';
import { layOut, pathThrough, type Layout, type Measures } from './layers';
import { clamped, hasEnded, stateWord, taskLine, toneOf } from './words';

// In rem, so that the graph grows with the page's letters.
const measures: Measures = { width: 10.6, height: 3.7, across: 2.4, between: 0.9 };
const groupMeasures: Measures = { ...measures, width: 14.5, height: 4.6 };
const margin = 0.5;

interface Props {
  job: JobDetail;
  boxes: Box[];
  edges: Edge[];
  /** The box that is looked at. */
  chosen: Box | null;
  onChoose: (key: string) => void;
  now: number;
  /** False while the node is gone. */
  known: boolean;
}

/** A job's tasks from left to right, each right of all it waits for. One stop for Tab; arrows walk the lines. */
export function Graph({ job, boxes, edges, chosen, onChoose, now, known }: Props) {
  const place = useRef<HTMLDivElement>(null);
  // States change often, the shape never; laying out again would be work for nothing.
  const shape = `${boxes.map((b) => b.number).join()} ${edges.map((e) => `${e.from}>${e.to}`).join()}`;
  const grouped = boxes.some((b) => b.group !== null);
  const size = grouped ? groupMeasures : measures;
  const layout = useMemo(() => layOut(boxes.map((b) => b.number), edges, size), [shape, grouped]);
  useLayoutEffect(() => reveal(place.current), [chosen?.key, shape]);
  const press = (e: KeyboardEvent, box: Box) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const next = step(layout, edges, box.number, e.key);
    if (/^(Arrow|Home|End)/.test(e.key)) e.preventDefault();
    const to = boxes.find((b) => b.number === next);
    if (!to) return;
    onChoose(to.key);
    place.current?.querySelector<HTMLElement>(`[data-box="${to.number}"]`)?.focus();
  };
  const rem = (n: number) => `${n}rem`;
  return (
    <div class="graph" ref={place} role="group" aria-label={`Graph of ${count(job.counts.total)} tasks. Arrow keys walk along its lines.`}>
      <div class="graph-plane" style={{ width: rem(layout.width + 2 * margin), height: rem(layout.height + 2 * margin) }}>
        <Lines layout={layout} boxes={boxes} chosen={chosen} />
        {boxes.map((box) => {
          const at = layout.places.get(box.number) ?? { x: 0, y: 0 };
          return (
            <TaskBox
              key={box.key}
              box={box}
              style={{ left: rem(at.x + margin), top: rem(at.y + margin), width: rem(size.width), height: rem(size.height) }}
              chosen={box.key === chosen?.key}
              onChoose={() => onChoose(box.key)}
              onKeyDown={(e) => press(e, box)}
              now={now}
              known={known}
            />
          );
        })}
      </div>
      {job.truncated && (
        <p class="graph-note">
          {job.tasks.length < job.counts.total
            ? `Shortened: the first ${count(job.tasks.length)} of ${count(job.counts.total)} tasks are drawn${grouped ? ', in groups' : ''}. The counts above are of all.`
            : 'Shortened: not all lines between these tasks are drawn.'}
        </p>
      )}
    </div>
  );
}

/** Scrolls the graph, and nothing else, to where the chosen box is seen. */
function reveal(graph: HTMLElement | null): void {
  const box = graph?.querySelector<HTMLElement>('[aria-pressed="true"]');
  if (!graph || !box) return;
  const [inner, outer] = [box.getBoundingClientRect(), graph.getBoundingClientRect()];
  const beyond = (start: number, end: number, from: number, to: number) => (start < from || end > to ? (start + end - from - to) / 2 : 0);
  graph.scrollBy(beyond(inner.left, inner.right, outer.left, outer.right), beyond(inner.top, inner.bottom, outer.top, outer.bottom));
}

function Lines({ layout, boxes, chosen }: { layout: Layout; boxes: Box[]; chosen: Box | null }) {
  const done = new Set(boxes.filter((b) => b.tasks.every((t) => t.state === 'done')).map((b) => b.number));
  const touches = (edge: { from: number; to: number }) => edge.from === chosen?.number || edge.to === chosen?.number;
  // What is chosen is drawn last, over the others.
  const lines = [...layout.lines].sort((a, b) => Number(touches(a.edge)) - Number(touches(b.edge)));
  const [width, height] = [layout.width + 2 * margin, layout.height + 2 * margin];
  return (
    <svg class="graph-lines" viewBox={`${-margin} ${-margin} ${width} ${height}`} style={{ width: `${width}rem`, height: `${height}rem` }} aria-hidden="true">
      {lines.map(({ edge, points }) => {
        const end = points.at(-1) ?? { x: 0, y: 0 };
        return (
          <g key={`${edge.from} ${edge.to}`} data-open={!done.has(edge.from)} data-chosen={touches(edge)}>
            <path d={pathThrough(points)} />
            <path class="tip" d={`M${end.x - 0.45} ${end.y - 0.28}L${end.x} ${end.y}L${end.x - 0.45} ${end.y + 0.28}z`} />
          </g>
        );
      })}
    </svg>
  );
}

interface BoxProps {
  box: Box;
  style: Record<string, string>;
  chosen: boolean;
  onChoose: () => void;
  onKeyDown: (e: KeyboardEvent) => void;
  now: number;
  known: boolean;
}

function TaskBox({ box, style, chosen, onChoose, onKeyDown, now, known }: BoxProps) {
  const task = stateOf(box);
  const word = stateWord(task, known);
  const line = known || hasEnded(task) ? taskLine(task, now) : '';
  const group = box.group;
  const name = group ? `${count(box.tasks.length)} × ${group.handler}` : task.name;
  const told = group ? `Layer ${group.layer}: ${name}, ${tallyInWords(box.tasks)}` : [name, word.toLowerCase(), line, task.node && `on ${task.node}`, task.attempt > 1 && `attempt ${task.attempt}`].filter(Boolean).join(', ');
  return (
    <button
      class="task-box"
      style={style}
      data-box={box.number}
      data-task={group ? undefined : task.name}
      data-group={group ? box.key : undefined}
      data-state={task.state}
      data-tone={toneOf(task)}
      tabIndex={chosen ? 0 : -1}
      aria-pressed={chosen}
      aria-label={told}
      title={told}
      onClick={onChoose}
      onKeyDown={onKeyDown}
    >
      <span class="task-name">
        <strong>{name}</strong>
        {group ? <small class="faint">layer {group.layer}</small> : task.attempt > 1 && <small class="late">try {task.attempt}</small>}
      </span>
      {group ? (
        <>
          <span class="task-line">
            <span>{groupLine(box)}</span>
          </span>
          <Shares box={box} />
        </>
      ) : (
        <span class="task-line">
          <span class="chip" data-tone={toneOf(task)}>
            {word}
          </span>
          <span>{line}</span>
        </span>
      )}
      {!group && task.state === 'running' && task.progress?.fraction != null && <i class="task-part" style={{ transform: `scaleX(${clamped(task.progress.fraction)})` }} />}
    </button>
  );
}

/** A group's states as parts of one bar. */
function Shares({ box }: { box: Box }) {
  return (
    <span class="task-shares" aria-hidden="true">
      {tally(box.tasks)
        .reverse()
        .map(({ state, n }) => (
          <i key={state} data-tone={toneOf({ state, trouble: null })} style={{ flexGrow: String(n) }} />
        ))}
    </span>
  );
}
