export interface Crop {
  width: number;
  height: number;
  x: number;
  y: number;
}

/** Reads WxH+X+Y; null where it is not one. */
export function parseCrop(text: string): Crop | null {
  const m = /^\s*(\d+)x(\d+)\+(\d+)\+(\d+)\s*$/.exec(text);
  if (!m) return null;
  const [width = 0, height = 0, x = 0, y = 0] = m.slice(1).map(Number);
  return width > 0 && height > 0 ? { width, height, x, y } : null;
}

/** Why a crop cannot be cut from pictures of this size; null where it can. */
export function cropTrouble(text: string, picture: { width: number; height: number } | null): string | null {
  if (text.trim() === '') return null;
  const crop = parseCrop(text);
  if (!crop) return 'Write it as WIDTHxHEIGHT+X+Y, for example 960x540+160+90.';
  if (picture && (crop.x + crop.width > picture.width || crop.y + crop.height > picture.height)) {
    return `It reaches beyond the picture, which is ${picture.width}×${picture.height}.`;
  }
  return null;
}
