/** The search of a list: its field, and which rows it finds. */
import type { JSX } from 'preact';

/** The field. */
export function SearchField(props: {
  placeholder: string;
  value: string;
  onSearch: (search: string) => void;
}): JSX.Element {
  const { placeholder, value, onSearch } = props;
  return (
    <label class="search">
      <span>Search</span>
      <input
        type="search"
        placeholder={placeholder}
        value={value}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
    </label>
  );
}

/** The rows that contain every word of a search. @param textsOf what of a row is searched. */
export function searched<T>(
  rows: readonly T[],
  search: string,
  textsOf: (row: T) => readonly (string | null | undefined)[],
): readonly T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textsOf(row).join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
