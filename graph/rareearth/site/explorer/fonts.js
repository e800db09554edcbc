// The type of what is written into the picture.

export const STYLES = {
  plain: { weight: 400, size: 12, line: 14 },
  bold: { weight: 600, size: 12, line: 14 },
  lead: { weight: 700, size: 14, line: 16 }, // gives a community its name
  tie: { weight: 400, size: 11, line: 13 },
};

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif';

export function font(style) {
  const { weight, size } = STYLES[style];
  return `${weight} ${size}px ${FONT}`;
}
