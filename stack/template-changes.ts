/** What a deployment would change: the deployed template compared with the packaged one. Pure. */
import * as z from 'zod/mini';

const Resource = z.looseObject({ Type: z.string(), Condition: z.optional(z.string()) });
const Template = z.looseObject({
  Parameters: z._default(z.record(z.string(), z.unknown()), {}),
  Conditions: z._default(z.record(z.string(), z.unknown()), {}),
  Resources: z._default(z.record(z.string(), Resource), {}),
  Outputs: z._default(z.record(z.string(), z.unknown()), {}),
});
type Part = Readonly<Record<string, unknown>>;

/** A new version of a function's code has a new name: it stands for the code. */
const VERSION = /^(\w+)LambdaVersion\w+$/;
/** The zip of each deployment has a name of its own, whatever it holds. */
const IGNORED = /\.Code\.S3Key$|^Outputs\.\w+QualifiedArn/;
const LONGEST_VALUE = 60;

/**
 * One line for each thing that would be created (+), removed (-) or changed (~); for a change, the path with
 * its value before and after. A value of `undefined` as the deployed template means that there is no stack.
 */
export function changes(deployed: unknown, packaged: unknown): string[] {
  const [before, after] = [Template.parse(deployed ?? {}), Template.parse(packaged)];
  const lines = [
    ...resourceLines(before.Resources, after.Resources),
    ...(['Parameters', 'Conditions', 'Outputs'] as const).flatMap((part) =>
      differences(before[part], after[part], part).map((line) => `~ ${line}`),
    ),
  ];
  if (deployed === undefined) return ['The stack does not exist. It would be created with:', ...lines];
  if (lines.length === 0) return ['The deployment would change nothing.'];
  return ['The deployment would change:', ...lines];
}

function resourceLines(before: Part, after: Part): string[] {
  const versions = Object.keys(after).filter((id) => VERSION.test(id) && !(id in before));
  return [
    ...Object.entries(after).flatMap(([id, resource]) =>
      id in before || VERSION.test(id) ? [] : [`+ ${id} (${kindOf(resource)})`],
    ),
    ...Object.entries(before).flatMap(([id, resource]) =>
      id in after || VERSION.test(id) ? [] : [`- ${id} (${kindOf(resource)})`],
    ),
    ...(Object.keys(before).length === 0
      ? []
      : versions.map((id) => `~ ${codeOf(id)}: its code or settings`)),
    ...Object.entries(after).flatMap(([id, resource]) =>
      id in before ? differences(before[id], resource, id).map((line) => `~ ${line}`) : [],
    ),
  ];
}

function kindOf(resource: unknown): string {
  const { Type, Condition } = Resource.parse(resource);
  return Condition === undefined ? Type : `${Type}, if ${Condition}`;
}

function codeOf(version: string): string {
  return `${VERSION.exec(version)?.[1] ?? version}LambdaFunction`;
}

/** The paths at which two values differ. */
function differences(before: unknown, after: unknown, path: string): string[] {
  if (IGNORED.test(path) || JSON.stringify(before) === JSON.stringify(after)) return [];
  const [one, other] = [asPart(before), asPart(after)];
  if (one === undefined || other === undefined) return [`${path}: ${shown(before)} → ${shown(after)}`];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].flatMap((name) => differences(one[name], other[name], `${path}.${name}`));
}

function asPart(value: unknown): Part | undefined {
  return z.record(z.string(), z.unknown()).safeParse(value).data;
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
