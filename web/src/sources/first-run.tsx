import { Command } from '../ui/command';

const command = `tidemark source add harbour \\
  --url https://cam.example/index.json \\
  --list /frames --time /time --image /image \\
  --every 10m`;

/** What an empty node says: the exact command, and the way without one. */
export function FirstRun({ onAdd }: { onAdd: () => void }) {
  return (
    <section class="sheet first-run" aria-labelledby="first-run-title">
      <h2 id="first-run-title">Nothing is captured yet</h2>
      <p>
        A source is a site that answers with a JSON list of its frames. Four pointers say where in that answer the list,
        a frame’s time and its picture’s address are. It may also be an address that answers with the newest picture, or a
        folder that a camera uploads into.
      </p>
      <pre aria-label="An answer of such a site">{`{ "frames": [ { "time": "2026-11-22T08:15:00Z",\n                "image": "https://cam.example/081500.jpg" } ] }`}</pre>
      <p>In a terminal:</p>
      <Command text={command} />
      <p>
        Or <button onClick={onAdd}>add one here</button>, with a test before it is kept. To look around first, run{' '}
        <code>./tidemark demo</code>: four made-up sites with a day of frames.
      </p>
    </section>
  );
}
