import { useState } from 'preact/hooks';
import { api, type Source } from '../api';
import { dropSource } from '../live/node';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/dialog';
import { counted } from '../ui/numbers';
import { Trouble } from '../ui/trouble';

export function RemoveSource({ source, onClose }: { source: Source; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const remove = async () => {
    setBusy(true);
    try {
      await api.removeSource(source.id);
      dropSource(source.id);
      announce(`${source.id} removed`);
      onClose();
    } catch (reason) {
      setProblem(reason);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Remove ${source.id}?`} onClose={onClose}>
      <p>
        Capturing it ends now; its {counted(source.frames, 'frame')} stay in the archive. To stop for a while, pause it
        instead.
      </p>
      <Trouble problem={problem} />
      <footer>
        <button autofocus onClick={onClose}>Keep it</button>
        <button class="danger" onClick={remove} disabled={busy}>
          Remove {source.id}
        </button>
      </footer>
    </Dialog>
  );
}
