import type { Words } from '../words/en';

/** A time that is proven is one; what others say may be anything. */
export function time(words: Words, iso: string): string {
  if (Number.isNaN(Date.parse(iso))) return iso;
  return new Intl.DateTimeFormat(words.locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso)) + zone(words, iso);
}

// An instant means nothing across a border without its zone.
function zone(words: Words, iso: string): string {
  const parts = new Intl.DateTimeFormat(words.locale, { timeZoneName: 'short' }).formatToParts(new Date(iso));
  return ` ${parts.find((part) => part.type === 'timeZoneName')?.value ?? ''}`.trimEnd();
}

export function shortTime(words: Words, iso: string): string {
  return new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

export function day(words: Words, iso: string): string {
  return new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium' }).format(new Date(iso));
}

export function size(words: Words, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(words.locale, { style: 'unit', unit: units[unit]!, unitDisplay: unit === 0 ? 'long' : 'short', maximumSignificantDigits: 3 }).format(value);
}

export function count(words: Words, value: number | bigint): string {
  return new Intl.NumberFormat(words.locale).format(value);
}

export function percent(words: Words, part: number): string {
  return new Intl.NumberFormat(words.locale, { style: 'percent' }).format(part);
}

/** The name of an ISO 3166 code: `CN-GD` as the country with the code after it. */
export function jurisdiction(words: Words, code: string): string {
  const country = code.split('-')[0]!;
  try {
    const name = new Intl.DisplayNames(words.locale, { type: 'region' }).of(country);
    return name === undefined || name === code ? code : `${name} (${code})`;
  } catch {
    return code;
  }
}

/** Hex in groups of four, as people compare it. */
export function groups(hex: string): string {
  return hex.replace(/(.{4})(?=.)/g, '$1 ');
}
