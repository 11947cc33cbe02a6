import type { SourceKind, TestResult } from '../api';

const names = { folder: 'Folder', name: 'Name', connection: 'Connection', answer: 'Answer', image: 'Image' } as const;
const order = (kind: SourceKind) => (kind === 'frames.folder' ? (['folder', 'answer', 'image'] as const) : (['name', 'connection', 'answer', 'image'] as const));

/** The steps of a source's test: what passed, how long it took, what mends what did not. */
export function Steps({ kind, result, busy }: { kind: SourceKind; result: TestResult | null; busy: boolean }) {
  if (result === null && !busy) return null;
  return (
    <ol class="steps" aria-label="Test" aria-live="polite" aria-busy={busy}>
      {order(kind).map((name) => {
        const step = busy ? undefined : result?.steps.find((s) => s.step === name);
        const state = busy ? 'busy' : step ? (step.ok ? 'ok' : 'bad') : 'skipped';
        return (
          <li key={name} data-step={name} data-state={state}>
            <span class="step-sign" aria-hidden="true">
              {{ ok: '✓', bad: '✗', skipped: '–', busy: '…' }[state]}
            </span>
            <div>
              <p>
                <strong>{names[name]}</strong>
                <span class="unseen">{{ ok: ' passed', bad: ' failed', skipped: ' not reached', busy: ' being tried' }[state]}</span>
                {step && <span class="faint"> {step.milliseconds < 1 ? '< 1' : Math.round(step.milliseconds)} ms</span>}
              </p>
              <p>{step ? step.message : busy ? '' : 'Not reached.'}</p>
              {step?.mend && <p class="mend">{step.mend}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
