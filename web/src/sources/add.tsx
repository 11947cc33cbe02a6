import { useState } from 'preact/hooks';
import { api, Problem, type SourceConfig, type TestResult } from '../api';
import { putSource } from '../live/node';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Trouble } from '../ui/trouble';
import { Steps } from './steps';

interface Draft {
  id: string;
  url: string;
  every: string;
  unit: '1' | '60' | '3600';
  list: string;
  time: string;
  image: string;
  name: string;
  hosts: string;
  privateNetwork: boolean;
}

const blank: Draft = { id: '', url: '', every: '10', unit: '60', list: '/frames', time: '/time', image: '/image', name: '', hosts: '', privateNetwork: false };

const places = new Set(['id', 'url', 'everySeconds', 'index.list', 'index.time', 'index.image', 'index.name', 'allowedHosts']);

const configOf = (d: Draft): SourceConfig => ({
  id: d.id.trim(),
  kind: 'frames.index',
  url: d.url.trim(),
  everySeconds: Math.round(Number(d.every) * Number(d.unit)),
  index: { list: d.list, time: d.time, image: d.image, name: d.name === '' ? null : d.name },
  allowedHosts: d.hosts.split(/[\s,]+/).filter(Boolean),
  privateNetwork: d.privateNetwork,
});

export function AddSource({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(blank);
  const [result, setResult] = useState<TestResult | null>(null);
  const [busy, setBusy] = useState<'test' | 'add' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const set = (change: Partial<Draft>) => setDraft((d) => ({ ...d, ...change }));
  const bind = (key: 'id' | 'url' | 'list' | 'time' | 'image' | 'name' | 'hosts') => ({
    value: draft[key],
    onInput: (e: { currentTarget: HTMLInputElement }) => set({ [key]: e.currentTarget.value }),
    spellcheck: false,
    autocomplete: 'off' as const,
    autocapitalize: 'off' as const,
  });
  const error = (field: string) => problem?.fields.find((f) => f.field === field)?.message;

  const run = async (what: 'test' | 'add') => {
    setBusy(what);
    setProblem(null);
    try {
      if (what === 'test') setResult(await api.testConfig(configOf(draft)));
      else {
        putSource(await api.addSource(configOf(draft)));
        announce(`${draft.id} added`);
        onClose();
      }
    } catch (reason) {
      setResult(null);
      setProblem(reason instanceof Problem ? reason : new Problem(0, '', String(reason)));
    }
    setBusy(null);
  };
  // What stands beside its field is not said twice.
  const placed = problem !== null && problem.fields.length > 0 && problem.fields.every((f) => places.has(f.field));
  const ready = draft.id !== '' && draft.url !== '' && Number(draft.every) > 0;

  return (
    <Dialog title="Add a source" onClose={onClose} wide>
      <form
        class="add"
        onSubmit={(e) => {
          e.preventDefault();
          void run('add');
        }}
      >
        <div class="fields">
          <Field label="Name" hint="Lower-case letters, digits and dashes." error={error('id')}>
            {(a) => <input {...a} {...bind('id')} autofocus required pattern="[a-z0-9][a-z0-9\-]{0,62}" placeholder="harbour" />}
          </Field>
          <Field label="Every" hint="How often it is asked." error={error('everySeconds')}>
            {(a) => (
              <div class="row">
                <input {...a} type="number" min="1" step="any" required value={draft.every} onInput={(e) => set({ every: e.currentTarget.value })} />
                <select aria-label="Unit" value={draft.unit} onChange={(e) => set({ unit: e.currentTarget.value as Draft['unit'] })}>
                  <option value="1">seconds</option>
                  <option value="60">minutes</option>
                  <option value="3600">hours</option>
                </select>
              </div>
            )}
          </Field>
          <Field class="whole" label="Address of its index" hint="Answers with JSON that lists the newest frames." error={error('url')}>
            {(a) => <input {...a} {...bind('url')} type="url" required placeholder="https://cam.example/index.json" />}
          </Field>
        </div>
        <fieldset>
          <legend>Where in the answer (JSON Pointers)</legend>
          <div class="fields four">
            <Field label="List" hint="From the top" error={error('index.list')}>
              {(a) => <input {...a} {...bind('list')} class="mono" />}
            </Field>
            <Field label="Time" hint="In a frame" error={error('index.time')}>
              {(a) => <input {...a} {...bind('time')} class="mono" />}
            </Field>
            <Field label="Image" hint="In a frame" error={error('index.image')}>
              {(a) => <input {...a} {...bind('image')} class="mono" />}
            </Field>
            <Field label="File name" hint="If it has one" error={error('index.name')}>
              {(a) => <input {...a} {...bind('name')} class="mono" placeholder="none" />}
            </Field>
          </div>
        </fieldset>
        <details>
          <summary>Hosts and networks</summary>
          <Field label="Other hosts its pictures may come from" hint="Its own host always may. Separate with commas." error={error('allowedHosts')}>
            {(a) => <input {...a} {...bind('hosts')} />}
          </Field>
          <label class="check">
            <input type="checkbox" checked={draft.privateNetwork} onChange={(e) => set({ privateNetwork: e.currentTarget.checked })} />
            It lies in a private network or on this machine
          </label>
        </details>
        <Steps result={result} busy={busy === 'test'} />
        {!placed && <Trouble problem={problem} />}
        <footer>
          <button type="button" onClick={() => run('test')} disabled={busy !== null || !ready}>
            {busy === 'test' ? 'Testing …' : 'Test'}
          </button>
          <button class="primary" disabled={busy !== null || !ready}>
            Add
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
