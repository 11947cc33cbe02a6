import { Problem } from '../api';

/** What went wrong and what mends it, in the node's own words. */
export function Trouble({ problem }: { problem: unknown }) {
  if (problem === null || problem === undefined) return null;
  const p = problem instanceof Problem ? problem : new Problem(0, '', String(problem));
  return (
    <div class="trouble" role="alert">
      <p>{p.message}</p>
      {p.fields.length > 1 && (
        <ul>
          {p.fields.map((f) => (
            <li key={f.field}>
              <code>{f.field}</code>: {f.message}
            </li>
          ))}
        </ul>
      )}
      {p.mend && <p class="mend">{p.mend}</p>}
    </div>
  );
}
