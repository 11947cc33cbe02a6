import { useState } from 'preact/hooks';
import { api, Problem, type Asset, type Source } from '../api';
import { nodeNow } from '../live/clock';
import { known, putTimelapse } from '../live/node';
import { go } from '../route';
import { Field } from '../ui/field';
import { useStore } from '../ui/store';
import { dayMs, filmLength, forField, fromField, utcFull } from '../ui/time';
import { Trouble } from '../ui/trouble';
import { Arrangement } from './arrangement';
import { cropTrouble } from './crop';
import { SidebarFile } from './sidebar-file';
import { FramesInRange, useFrameCounts } from './frame-counts';

interface Props {
  sources: string[];
  from: number | null;
  to: number | null;
}

export function MakePage(props: Props) {
  const sources = useStore(known, (k) => k.sources);
  const noFfmpeg = useStore(known, (k) => k.node !== null && k.node.tools.ffmpeg === null);
  return (
    <div class="make">
      <div class="title-row">
        <h1>
          <a href="#/timelapses">Timelapses</a> <span aria-hidden="true">/</span> New
        </h1>
      </div>
      {sources === null && <p class="faint">Asking the node …</p>}
      {sources?.length === 0 && (
        <p class="sheet">
          There is no source to make one of. <a href="#/">Add a source</a> first.
        </p>
      )}
      {noFfmpeg && (
        <div class="trouble" role="alert">
          <p>The node has no ffmpeg, so no timelapse can be made.</p>
          <p class="mend">
            on its machine, <code>tidemark doctor</code> says how to install it.
          </p>
        </div>
      )}
      {sources !== null && sources.length > 0 && <Form {...props} known={sources} />}
    </div>
  );
}

function Form(props: Props & { known: Source[] }) {
  const newest = Math.max(...props.known.map((s) => (s.newest ? Date.parse(s.newest.time) : 0))) || nodeNow();
  const given = props.sources.length > 0 ? props.sources : props.known.slice(0, 4).map((s) => s.id);
  const [layout, setLayout] = useState<'single' | 'quad'>(props.sources.length === 1 || props.known.length < 4 ? 'single' : 'quad');
  const [chosen, setChosen] = useState(given);
  const [from, setFrom] = useState(forField(props.from ?? newest - dayMs));
  // A field knows whole seconds; the end is rounded up so that the last frame stays in.
  const [to, setTo] = useState(forField(Math.ceil((props.to ?? newest + 1) / 1000) * 1000));
  const [fps, setFps] = useState('24');
  const [crop, setCrop] = useState('');
  const [sidebar, setSidebar] = useState<Asset | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const slots = layout === 'quad' ? 4 : 1;
  const ids = Array.from({ length: slots }, (_, i) => chosen[i] ?? '');
  const range = { from: fromField(from), to: fromField(to) };
  const counts = useFrameCounts(ids.filter(Boolean), range.from, range.to);
  const picture = props.known.find((s) => s.id === ids[0])?.newest ?? null;
  const backwards = range.from !== null && range.to !== null && range.from >= range.to;
  const error = (field: string) => problem?.fields.find((f) => f.field.toLowerCase() === field)?.message;
  const cropError = cropTrouble(crop, picture) ?? error('crop');
  const ready = ids.every(Boolean) && range.from !== null && range.to !== null && !backwards && Number(fps) > 0 && cropTrouble(crop, picture) === null;

  const make = async (e: Event) => {
    e.preventDefault();
    if (!ready || range.from === null || range.to === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const made = await api.makeTimelapse({
        sources: ids,
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        layout,
        fps: Number(fps),
        crop: crop.trim() === '' ? null : crop.trim(),
        sidebar: sidebar?.id ?? null,
      });
      putTimelapse(made);
      go({ view: 'timelapses', id: made.id });
    } catch (reason) {
      setProblem(reason instanceof Problem ? reason : new Problem(0, '', String(reason)));
      setBusy(false);
    }
  };

  return (
    <form class="make-form" onSubmit={make} aria-label="New timelapse">
      <div class="make-picture">
        <Arrangement
          layout={layout}
          chosen={ids}
          sources={props.known}
          crop={crop}
          sidebar={sidebar}
          onChoose={(place, id) => setChosen(() => Array.from({ length: 4 }, (_, i) => (i === place ? id : (chosen[i] ?? ''))))}
        />
        <p class="hint">Newest frames of the sources{crop !== '' && !cropError ? '; the frame shows what the crop keeps' : ''}.</p>
      </div>
      <div class="make-fields">
        <fieldset class="choice">
          <legend>Layout</legend>
          <label>
            <input type="radio" name="layout" checked={layout === 'single'} onChange={() => setLayout('single')} /> One source
          </label>
          <label>
            <input type="radio" name="layout" checked={layout === 'quad'} onChange={() => setLayout('quad')} /> Four as quads
          </label>
        </fieldset>
        <div class="fields">
          <Field label="From (UTC)" hint={range.from !== null && utcFull(range.from)} error={error('from')}>
            {(a) => <input {...a} type="datetime-local" step="1" required value={from} onInput={(e) => setFrom(e.currentTarget.value)} />}
          </Field>
          <Field label="To (UTC), not included" hint={range.to !== null && utcFull(range.to)} error={backwards ? 'It must be after the beginning.' : error('to')}>
            {(a) => <input {...a} type="datetime-local" step="1" required value={to} onInput={(e) => setTo(e.currentTarget.value)} />}
          </Field>
        </div>
        <FramesInRange counts={counts} ids={ids} />
        <div class="fields">
          <Field label="Frames a second" hint={lengthHint(counts, Number(fps))} error={error('fps')}>
            {(a) => <input {...a} type="number" min="1" max="120" required value={fps} onInput={(e) => setFps(e.currentTarget.value)} />}
          </Field>
          <Field label="Crop" hint="WxH+X+Y, optional" error={cropError ?? undefined}>
            {(a) => <input {...a} class="mono" value={crop} placeholder={picture ? `${picture.width}x${picture.height}+0+0` : ''} onInput={(e) => setCrop(e.currentTarget.value)} spellcheck={false} autocomplete="off" />}
          </Field>
        </div>
        <SidebarFile asset={sidebar} onAsset={setSidebar} />
        <Trouble problem={problem} />
        <div class="actions">
          <button class="primary" disabled={busy || !ready}>
            Make the timelapse
          </button>
        </div>
      </div>
    </form>
  );
}

function lengthHint(counts: Map<string, number | null>, fps: number): string {
  const most = Math.max(0, ...[...counts.values()].map((n) => n ?? 0));
  return most > 0 && fps > 0 ? `About ${filmLength((most / fps) * 1000)} long` : 'Of the film';
}
