/** Text from outside becomes text that a terminal shows and never obeys. */

/**
 * Characters that a terminal acts on or does not show: control characters (C0, DEL and C1, with them every escape
 * sequence and line break), format characters (the bidirectional controls of UAX #9 among them), line and paragraph
 * separators, lone surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Returns one line of text with every unprintable character as `\uXXXX`, the way JSON escapes it: a line of JSON parses
 * to the same value.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
