import type { LegalNames } from '../receipt/entry';
import type { Words } from '../words/en';
import { clocks, provinces } from '../words/places';

/** A time that is proven is one; what others say may be anything. An instant means nothing across a border without its clock. */
export function time(words: Words, iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : words.moment(dayOf(words, at, 'long'), hours(words, at), clock(words, at));
}

export function shortTime(words: Words, iso: string): string {
  const at = new Date(iso);
  return words.shortMoment(dayOf(words, at, 'medium'), hours(words, at));
}

/** Beside a time of that day its hour alone. */
export function hour(words: Words, iso: string, beside: string): string {
  const [at, other] = [new Date(iso), new Date(beside)];
  return at.toDateString() === other.toDateString() ? hours(words, at) : shortTime(words, iso);
}

// Day and hour one by one: together, with 24 hours asked for, engines fall back to digits in some languages.
function dayOf(words: Words, at: Date, dateStyle: 'long' | 'medium'): string {
  return new Intl.DateTimeFormat(words.locale, { dateStyle }).format(at);
}

function hours(words: Words, at: Date): string {
  return new Intl.DateTimeFormat(words.locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

function clock(words: Words, at: Date): string {
  const format = new Intl.DateTimeFormat(words.locale, { timeZoneName: 'shortOffset' });
  const { timeZone } = format.resolvedOptions();
  if (Object.hasOwn(clocks, timeZone)) return clocks[timeZone]![words.script];
  return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

export function day(words: Words, iso: string): string {
  return dayOf(words, new Date(iso), 'medium');
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

/** What an institution is called in the page's language, as the log has it; where it has no name of its own there, the one that it goes by. */
export function institution(words: Words, { legalName, legalNames }: { readonly legalName?: string; readonly legalNames?: LegalNames }): string {
  return legalNames?.[words.names] ?? legalName ?? '';
}

/** The name that it goes by, where the page's language has another: both identify it. */
export function otherName(words: Words, named: { readonly legalName?: string; readonly legalNames?: LegalNames }): string | undefined {
  return institution(words, named) === named.legalName ? undefined : named.legalName;
}

/** The name of an ISO 3166 code, in the page's language: `CN-GD` as "Guangdong, China". A code without a name stays one. */
export function jurisdiction(words: Words, code: string): string {
  const [country = '', part] = code.split('-');
  if (part === undefined) return region(words, code) ?? code;
  // Hong Kong, Macao and Taiwan have two codes each, and one name.
  if (country === 'CN' && ['HK', 'MO', 'TW'].includes(part)) return region(words, part) ?? code;
  const name = region(words, country);
  if (name === undefined) return code;
  return country === 'CN' && Object.hasOwn(provinces, part) ? words.place(name, provinces[part]![words.script]) : `${name}${words.aside(code)}`;
}

function region(words: Words, code: string): string | undefined {
  try {
    const name = new Intl.DisplayNames(words.locale, { type: 'region', fallback: 'none' }).of(code);
    return name === code ? undefined : name;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // no code at all
    throw error;
  }
}

/** Hex in groups of four, as people compare it. */
export function groups(hex: string): string {
  return hex.replace(/(.{4})(?=.)/g, '$1 ');
}
