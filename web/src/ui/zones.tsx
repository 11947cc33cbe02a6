const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** What a field of a time zone proposes. */
export function ZoneList({ id }: { id: string }) {
  return (
    <datalist id={id}>
      {zones.map((zone) => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  );
}
