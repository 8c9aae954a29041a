/** A form made of the JSON Schema of an event's data: texts, numbers, lists of texts, words, and yes or no. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { JsonSchema, Violation } from '../../answers.ts';

/** The data of an event. */
export type Data = Readonly<Record<string, unknown>>;

/** A member of the data. */
export interface Field {
  name: string;
  kind: 'text' | 'number' | 'list' | 'word' | 'flag';
  isRequired: boolean;
  /** The words of a `word`. */
  words: readonly string[];
  /** One of several members, exactly one of which is set. */
  isChoice: boolean;
}

/** The members of an event's data, as its JSON Schema has them. */
export function fieldsOf(schema: JsonSchema): Field[] {
  const data = schema.properties?.data ?? {};
  const choices = (data.oneOf ?? []).flatMap(({ required = [] }) => required);
  return Object.entries(data.properties ?? {}).map(([name, member]) => ({
    name,
    ...kindOf(member),
    isRequired: data.required?.includes(name) ?? false,
    isChoice: choices.includes(name),
  }));
}

/** A member that may be null is an `anyOf` of what it is and null. */
function kindOf(member: JsonSchema): Pick<Field, 'kind' | 'words'> {
  const own = member.anyOf?.find(({ type }) => type !== 'null') ?? member;
  if (own.enum !== undefined) return { kind: 'word', words: own.enum };
  if (own.type === 'array') return { kind: 'list', words: [] };
  if (own.type === 'integer') return { kind: 'number', words: [] };
  return { kind: own.type === 'boolean' ? 'flag' : 'text', words: [] };
}

interface FormProps {
  fields: readonly Field[];
  data: Data;
  violations: readonly Violation[];
  onChange: (data: Data) => void;
}

/** Shows the fields. Of a choice only the one that is chosen is shown. */
export function SchemaForm({ fields, data, violations, onChange }: FormProps): JSX.Element {
  const choices = fields.filter(({ isChoice }) => isChoice);
  const [chosen, setChosen] = useState(choices[0]?.name);
  const shown = fields.filter(({ isChoice, name }) => !isChoice || name === chosen);
  const choose = (name: string): void => {
    const others = choices.map((field) => field.name);
    onChange(Object.fromEntries(Object.entries(data).filter(([member]) => !others.includes(member))));
    setChosen(name);
  };
  const general = violations.filter(({ pointer }) => !shown.some(({ name }) => isBelow(pointer, name)));
  return (
    <>
      {choices.length > 1 && (
        <fieldset class="chips">
          <legend>About</legend>
          {choices.map(({ name }) => (
            <button type="button" key={name} aria-pressed={name === chosen} onClick={() => choose(name)}>
              {name}
            </button>
          ))}
        </fieldset>
      )}
      {shown.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={data[field.name]}
          violations={violations.filter(({ pointer }) => isBelow(pointer, field.name))}
          onChange={(value) => onChange({ ...data, [field.name]: value })}
        />
      ))}
      {general.length > 0 && (
        <ul class="violations" role="alert">
          {general.map(({ pointer, reason }) => (
            <li key={pointer + reason}>
              {pointer || 'body'} {reason}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function isBelow(pointer: string, name: string): boolean {
  return pointer === `/data/${name}` || pointer.startsWith(`/data/${name}/`);
}

interface FieldProps {
  field: Field;
  value: unknown;
  violations: readonly Violation[];
  onChange: (value: unknown) => void;
}

function FieldInput({ field, value, violations, onChange }: FieldProps): JSX.Element {
  const id = useId();
  const wrong = violations.length > 0;
  const common = { id, 'aria-invalid': wrong, 'aria-describedby': wrong ? `${id}-wrong` : undefined };
  return (
    <div class="field">
      <label for={id}>
        {field.name}
        {!field.isRequired && !field.isChoice && <span class="quiet"> (optional)</span>}
        {field.kind === 'list' && <span class="quiet"> (one a line)</span>}
      </label>
      <Input field={field} value={value} onChange={onChange} common={common} />
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {violations.map(({ pointer, reason }) => `${positionIn(pointer, field.name)}${reason}`).join('; ')}
        </p>
      )}
    </div>
  );
}

function Input(props: {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  common: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined };
}): JSX.Element {
  const { field, value, onChange, common } = props;
  switch (field.kind) {
    case 'text':
      return (
        <input
          {...common}
          type="text"
          autoComplete="off"
          spellcheck={false}
          value={typeof value === 'string' ? value : ''}
          onInput={(event) => onChange(event.currentTarget.value || undefined)}
        />
      );
    case 'number':
      return (
        <input
          {...common}
          type="number"
          value={typeof value === 'number' ? value : ''}
          onInput={({ currentTarget: { value: text, valueAsNumber } }) =>
            onChange(text === '' ? undefined : valueAsNumber)
          }
        />
      );
    case 'list':
      return (
        <textarea
          {...common}
          rows={3}
          spellcheck={false}
          onInput={(event) => onChange(linesOf(event.currentTarget.value))}
        />
      );
    case 'word':
      return (
        <select {...common} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
          <option value="">default</option>
          {field.words.map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      );
    case 'flag':
      return (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
  }
}

function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Which item of a list is wrong. */
function positionIn(pointer: string, name: string): string {
  const [, index] = new RegExp(`^/data/${name}/(\\d+)`).exec(pointer) ?? [];
  return index === undefined ? '' : `line ${Number(index) + 1} `;
}
