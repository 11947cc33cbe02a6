import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A line that opens, and says what it holds while it is closed. What is wrong inside must be seen: nobody looks behind a closed line. */
export function Part(props: { title: string; value: string; open?: boolean; wrong: boolean; children: ComponentChildren }) {
  const [opened, setOpened] = useState(false);
  return (
    <details open={opened || props.wrong || props.open === true} onToggle={(e) => setOpened(e.currentTarget.open)}>
      <summary>
        {props.title} <span class="faint">{props.value}</span>
      </summary>
      {props.children}
    </details>
  );
}
