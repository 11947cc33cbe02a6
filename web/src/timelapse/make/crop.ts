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

/** Why crops cannot be cut from pictures of these sizes, by place; null where they can. */
export function cropTrouble(text: string, pictures: readonly ({ width: number; height: number } | null)[]): string | null {
  const crops = parseCrops(text);
  if (crops === null) return 'Write it as WIDTHxHEIGHT+X+Y, for example 960x540+160+90; with commas between them, each picture has its own.';
  if (crops.length > 1 && crops.length !== pictures.length) return `There are ${crops.length} for ${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'}: give one for all, or one for each.`;
  for (const [place, picture] of pictures.entries()) {
    const crop = cropAt(crops, place);
    if (crop && picture && (crop.x + crop.width > picture.width || crop.y + crop.height > picture.height)) {
      return `${crop.width}x${crop.height}+${crop.x}+${crop.y} reaches beyond the picture, which is ${picture.width}×${picture.height}.`;
    }
  }
  return null;
}
