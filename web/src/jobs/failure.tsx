import type { Failure } from './api';

/** What failed, what mends it, and, folded, what only an admin wants to read. */
export function FailureBox({ failure, role }: { failure: Failure; role?: 'alert' }) {
  return (
    <div class="trouble" role={role} data-code={failure.code} data-kind={failure.kind}>
      <p>{failure.message}</p>
      {failure.mend && <p class="mend">{failure.mend}</p>}
      {failure.detail !== null && (
        <details>
          <summary>For admins</summary>
          <p class="faint">
            <code>
              {failure.kind}: {failure.code}
            </code>
          </p>
          {/* A tool may say more than fits: it scrolls, by keys too. */}
          <pre tabIndex={0} role="region" aria-label="What the tool said">
            {failure.detail}
          </pre>
        </details>
      )}
    </div>
  );
}
