import type { Unusable } from './api';

const kinds: Record<string, string> = {
  not_jpeg: 'No JPEG',
  jpeg_empty: 'Empty',
  jpeg_truncated: 'Cut short',
  jpeg_broken: 'Broken',
  jpeg_unsupported: 'Of a kind that no browser shows',
  jpeg_dimensions: 'Of a size that cannot be',
  jpeg_tail: 'Too much after its end',
  time_future: 'From the future',
  time_past: 'From before there were cameras',
};

/** Why it cannot be used, in a word or a few. */
export const kindOf = (entry: Unusable) => kinds[entry.code] ?? 'Not usable';

/** The reason without the address that it begins with: that stands beside it. */
export const reasonOf = ({ origin, message }: Unusable) => (origin !== null && message.startsWith(`${origin}: `) ? message.slice(origin.length + 2) : message);
