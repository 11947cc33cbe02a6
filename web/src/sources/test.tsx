import { useEffect, useState } from 'preact/hooks';
import { api, type Source, type TestResult } from '../api';
import { Dialog } from '../ui/dialog';
import { Trouble } from '../ui/trouble';
import { Steps } from './steps';

export function TestSource({ source, onClose }: { source: Source; onClose: () => void }) {
  const [result, setResult] = useState<TestResult | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setResult(await api.testSource(source.id));
    } catch (reason) {
      setProblem(reason);
    }
    setBusy(false);
  };
  useEffect(() => void run(), []);
  return (
    <Dialog title={`Test of ${source.id}`} onClose={onClose}>
      <p class="address">{source.folder ?? source.url}</p>
      <Steps kind={source.kind} result={result} busy={busy} />
      <Trouble problem={problem} />
      <footer>
        <button onClick={run} disabled={busy}>
          Test again
        </button>
        <button autofocus class="primary" onClick={onClose}>
          Done
        </button>
      </footer>
    </Dialog>
  );
}
