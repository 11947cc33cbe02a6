import { useState } from 'preact/hooks';
import { api, Problem, type Source, type TestResult } from '../api';
import { putSource } from '../live/node';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/dialog';
import { Trouble } from '../ui/trouble';
import { blank, configOf, type Draft, draftOf, places } from './draft';
import { SourceForm } from './form';
import { Steps } from './steps';
import { kindWords } from './words';

/** Adds a source, or changes one that is there. */
export function EditSource({ source, onClose }: { source: Source | null; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => (source ? draftOf(source) : blank));
  const [result, setResult] = useState<TestResult | null>(null);
  const [busy, setBusy] = useState<'test' | 'save' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const run = async (what: 'test' | 'save') => {
    setBusy(what);
    setProblem(null);
    try {
      if (what === 'test') setResult(await api.testConfig(configOf(draft)));
      else {
        putSource(source ? await api.changeSource(source.id, source.revision, configOf(draft)) : await api.addSource(configOf(draft)));
        announce(`${draft.id} ${source ? 'changed' : 'added'}`);
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
  const ready = draft.id !== '' && (draft.kind === 'frames.folder' ? draft.folder : draft.url) !== '' && Number(draft.every) > 0;

  return (
    <Dialog title={source ? `Change ${source.id}` : 'Add a source'} onClose={onClose} wide>
      <form
        class="add"
        onSubmit={(e) => {
          e.preventDefault();
          void run('save');
        }}
      >
        {source && <p class="faint">{kindWords[source.kind]}. What is changed holds from now on; what was captured stays as it is.</p>}
        <SourceForm
          draft={draft}
          set={(change) => {
            // What another kind's test found says nothing of this one.
            if (change.kind) setResult(null);
            setDraft((d) => ({ ...d, ...change }));
          }}
          error={(field) => problem?.fields.find((f) => f.field === field)?.message}
          fixed={source !== null}
        />
        <Steps kind={draft.kind} result={result} busy={busy === 'test'} />
        {!placed && <Trouble problem={problem} />}
        <footer>
          <button type="button" onClick={() => run('test')} disabled={busy !== null || !ready}>
            {busy === 'test' ? 'Testing …' : 'Test'}
          </button>
          <button class="primary" disabled={busy !== null || !ready}>
            {source ? 'Change' : 'Add'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
