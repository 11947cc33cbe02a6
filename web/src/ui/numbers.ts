const grouped = new Intl.NumberFormat('en-GB');

/** 12,345 */
export const count = (n: number) => grouped.format(n);

/** 1 frame, 2,000 frames */
export const counted = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** Bytes in decimal units with three figures: 84.2 kB, 1.30 GB */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const figures = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(figures)} ${units[unit]}`;
}
