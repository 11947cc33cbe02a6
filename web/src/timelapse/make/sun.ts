// Whether the sun is up, to a minute or so: what a preview needs. What is made is reckoned by the node.
import type { Daylight } from '../../api';

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const j2000 = Date.UTC(2000, 0, 1, 12);
/** The sun's centre at rising: its radius and the refraction of air below the horizon. */
const rising = radians(-0.833);

/** The sun's height above the horizon, in radians, after the Astronomical Almanac's short formulas. */
function height(at: number, latitude: number, longitude: number): number {
  const n = (at - j2000) / 86_400_000;
  const anomaly = radians(357.528 + 0.9856003 * n);
  const ecliptic = radians(280.46 + 0.9856474 * n + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly));
  const tilt = radians(23.439 - 0.0000004 * n);
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const hour = radians(280.46061837 + 360.98564736629 * n + longitude) - ascension;
  const phi = radians(latitude);
  return Math.asin(Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hour));
}

/** Whether an instant counts as day: while the sun is up, with the margin, and in the hours that count as day in any case. */
export function isDay({ latitude, longitude, marginMinutes, atLeast }: Daylight, at: number): boolean {
  const up = (by: number) => height(at + by * 60_000, latitude, longitude) > rising;
  const margin = marginMinutes;
  const sun = margin < 0 ? up(margin) && up(-margin) : up(0) || up(margin) || up(-margin);
  return sun || (atLeast !== null && atLeast.split(',').some((hours) => within(hours, at)));
}

/** Whether a UTC instant's clock is in hours like 04:00-13:00, over midnight too. */
function within(hours: string, at: number): boolean {
  const m = /^\s*(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*$/.exec(hours);
  if (!m) return false;
  const [a = 0, b = 0, c = 0, d = 0] = m.slice(1).map(Number);
  const [from, to, now] = [a * 60 + b, c * 60 + d, (at % 86_400_000) / 60_000];
  return from < to ? now >= from && now < to : now >= from || now < to;
}
