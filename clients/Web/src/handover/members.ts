// JSON parsers disagree on which of two members of one name counts, so there must not be two.

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gy;
const between = /[^"{}[\]:,]*/y;

/** A member that an object has twice; null if none has. @param text JSON, valid. */
export function repeatedMember(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let last: string | null = null;
  for (let at = 0; at < text.length; ) {
    between.lastIndex = at;
    between.exec(text);
    token.lastIndex = between.lastIndex;
    const found = token.exec(text)?.[0];
    if (found === undefined) break;
    at = token.lastIndex;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(null);
    else if (found === '}' || found === ']') open.pop();
    else if (found === ':' && last !== null) {
      const names = open.at(-1);
      const name = JSON.parse(last) as string;
      if (names?.has(name)) return name;
      names?.add(name);
    }
    last = found.startsWith('"') ? found : null;
  }
  return null;
}
