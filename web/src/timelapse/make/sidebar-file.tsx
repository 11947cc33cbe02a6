import { useRef, useState } from 'preact/hooks';
import { upload, type Asset } from '../../api';
import { bytes } from '../../ui/numbers';
import { Trouble } from '../../ui/trouble';

/** A video that stands at the right of the pictures; sent at once, so that making waits for nothing. */
export function SidebarFile({ asset, onAsset }: { asset: Asset | null; onAsset: (asset: Asset | null) => void }) {
  const [part, setPart] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  const choose = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    setProblem(null);
    setPart(0);
    stop.current = new AbortController();
    try {
      onAsset(await upload(file, setPart, stop.current.signal));
    } catch (reason) {
      if (!(reason instanceof DOMException)) setProblem(reason);
    }
    setPart(null);
  };
  return (
    <div class="field">
      <label for="sidebar">Sidebar video</label>
      {asset ? (
        <div class="row">
          <span class="file-name">
            {asset.name} <span class="faint">{bytes(asset.bytes)}</span>
          </span>
          <button type="button" onClick={() => onAsset(null)}>
            Without it
          </button>
        </div>
      ) : part !== null ? (
        <div class="row">
          <progress aria-label="Upload" value={part} max={1} />
          <button type="button" onClick={() => stop.current?.abort()}>
            Stop
          </button>
        </div>
      ) : (
        <input id="sidebar" type="file" accept="video/*" onChange={(e) => choose(e.currentTarget)} aria-describedby="sidebar-hint" />
      )}
      <p class="hint" id="sidebar-hint">
        Optional. Stands at the right, as high as the pictures.
      </p>
      <Trouble problem={problem} />
    </div>
  );
}
