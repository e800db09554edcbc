// Dates as `--as-of` has them: a day, a month or a year. In the page a day is the number yyyymmdd.

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** The first and the last day of a date, or null for any other text. */
export function bounds(text) {
  const match = FORM.exec(text.trim());
  if (!match) return null;
  const [year, month, day] = match.slice(1).map((digits) => (digits === undefined ? 0 : Number(digits)));
  if (match[2] !== undefined && (month < 1 || month > 12)) return null;
  if (match[3] !== undefined && (day < 1 || day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate())) return null;
  const first = year * 10000 + (month || 1) * 100 + (day || 1);
  const last = year * 10000 + (month || 12) * 100 + (day || 31);
  return [first, last];
}

/** Whether a claim may have been in effect on some day between two: the rule of rareearth/store/in_effect.py. */
export function meets({ start, end }, [first, last]) {
  if (start && end && start > end) return false; // never in effect
  return (!start || start <= last) && (!end || end >= first);
}
