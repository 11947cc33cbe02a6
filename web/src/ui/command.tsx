import { useState } from 'preact/hooks';

/** A command to run in a terminal, ready to copy. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="command">
      <code>{text}</code>
      {/* The clipboard exists only where the browser trusts the address. */}
      {window.isSecureContext && (
        <button type="button" class="quiet" onClick={copy} aria-label={`Copy: ${text}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
