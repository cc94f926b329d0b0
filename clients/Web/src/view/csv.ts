// Tables as spreadsheets read them: RFC 4180, in UTF-8 with the mark by which Excel knows it.

const mark = '\uFEFF';

/** What begins a formula in a spreadsheet; a cell that does so is text with an apostrophe before it. */
const formula = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;

/** @param rows The first names the columns. Cells of others become text that no spreadsheet computes. */
export function csv(rows: readonly (readonly string[])[]): string {
  return mark + rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
