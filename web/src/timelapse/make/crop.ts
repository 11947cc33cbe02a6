export interface Crop {
  width: number;
  height: number;
  x: number;
  y: number;
}

/** Reads WxH+X+Y; null where it is not one. */
function parseCrop(text: string): Crop | null {
  const m = /^\s*(\d+)x(\d+)\+(\d+)\+(\d+)\s*$/.exec(text);
  if (!m) return null;
  const [width = 0, height = 0, x = 0, y = 0] = m.slice(1).map(Number);
  return width > 0 && height > 0 ? { width, height, x, y } : null;
}

/** Reads one for all pictures, or one for each with commas between them; null where it is neither. Nothing: none. */
export function parseCrops(text: string): Crop[] | null {
  if (text.trim() === '') return [];
  const crops = text.split(',').map(parseCrop);
  return crops.every((crop) => crop !== null) ? (crops as Crop[]) : null;
}

/** What is cut out of the pictures at a place. */
export const cropAt = (crops: readonly Crop[], place: number): Crop | null => (crops.length > 1 ? crops[place] : crops[0]) ?? null;

/** Why what is written says nothing of so many places; null where it does. */
export function cropTrouble(text: string, places: number): string | null {
  const crops = parseCrops(text);
  if (crops === null) return 'Write it as WIDTHxHEIGHT+X+Y, for example 960x540+160+90; with commas between them, each picture has its own.';
  if (crops.length > 1 && crops.length !== places) return `There are ${crops.length} for ${places} ${places === 1 ? 'picture' : 'pictures'}: give one for all, or one for each.`;
  return null;
}

/**
 * What crops reach beyond, of pictures as they are stored, by place; null where they do not. No more than a warning: what
 * counts is the first frame of the range, upright.
 */
export function cropBeyond(text: string, pictures: readonly ({ width: number; height: number } | null)[]): string | null {
  const crops = parseCrops(text) ?? [];
  for (const [place, picture] of pictures.entries()) {
    const crop = cropAt(crops, place);
    if (crop && picture && (crop.x + crop.width > picture.width || crop.y + crop.height > picture.height)) {
      return `${crop.width}x${crop.height}+${crop.x}+${crop.y} reaches beyond the newest picture, which is ${picture.width}×${picture.height}. It can be cut where the range begins with a larger one, or where pictures are turned.`;
    }
  }
  return null;
}
