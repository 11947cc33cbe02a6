import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A labelled field with its hint and, where refused, the reason beside it. */
export function Field(props: {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  class?: string;
  children: (attributes: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ComponentChildren;
}) {
  const id = useId();
  return (
    <div class={`field ${props.class ?? ''}`} data-error={props.error !== undefined}>
      <label for={id}>{props.label}</label>
      {props.children({ id, 'aria-describedby': `${id}-more`, 'aria-invalid': props.error !== undefined })}
      <p class="hint" id={`${id}-more`}>
        {props.error !== undefined ? <span class="bad">{props.error}</span> : props.hint}
      </p>
    </div>
  );
}
