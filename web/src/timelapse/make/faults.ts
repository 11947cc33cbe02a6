import type { Problem } from '../../api';

const fields = new Set([
  ...['sources', 'layout', 'from', 'to', 'fps', 'pace', 'secondsPerDay', 'seconds', 'every', 'missing', 'daylight', 'clock', 'caption', 'crop', 'size', 'fit'],
  ...['deflicker', 'sidebar', 'format', 'preset', 'crf', 'depth', 'parameters', 'name', 'days', 'zone', 'folder'],
]);

const inner = (field: string) => field.replace(/^timelapse\./, '');

/** What the node said of a field. Of a schedule, what belongs to its timelapse is named `timelapse.…`. */
export function reasonAt(problem: Problem | null, field: string, ofSchedule: boolean): string | undefined {
  // Both have an 'every': how often it is made, and the distance of pictures.
  const fits = (name: string) => (ofSchedule && field === 'every' ? name === 'timelapse.every' : ofSchedule ? inner(name) === field : name === field);
  return problem?.fields.find((f) => fits(f.field))?.message;
}

/** Whether all that was refused stands at its field; then it is not said twice. */
export const placed = (problem: Problem): boolean => problem.fields.length > 0 && problem.fields.every((f) => fields.has(inner(f.field)));
