// What others wrote (names, notes, file names, messages) is shown so that it can neither hide nor pose as something else.

// Control and format characters, line and paragraph separators: they have no look of their own, but change that of others.
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text with everything that cannot be seen made visible: `\u202E` for U+202E. */
export function visible(text: string): string {
  return text.replace(invisible, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0')}`).join(''),
  );
}
