/** The descriptions for other languages and tools: current, valid by their standards, and true for their own examples. */
import specs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { eventTypes } from '../../events/registry.ts';
import { isObject } from '../../events/schema.ts';
import { describeQueue } from '../../events/schemas/asyncapi.ts';
import { describeHook } from '../../lib/hook/openapi.ts';
import { projectFile } from '../support/markdown.ts';

const { version } = JSON.parse(projectFile('package.json'));
const asJson = (value: unknown) => z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(value)));
const read = (name: string) => asJson(JSON.parse(projectFile(`docs/${name}.json`)));
const openapi = read('openapi');
const asyncapi = read('asyncapi');

test('they are current: npm run schemas writes them', () => {
  expect(openapi).toEqual(asJson(describeHook(version)));
  expect(asyncapi).toEqual(asJson(describeQueue(version)));
});

describe('the description of the hook', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(openapi)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(await validator.validate({ ...openapi, paths: { hooks: {} } })).toMatchObject({ valid: false });
  });

  test('has every route that is deployed, and no other', () => {
    const routes = [...projectFile('serverless.yml').matchAll(/httpApi: POST (\S+)/g)].map(
      ([, path]) => path,
    );
    expect(routes.length).toBeGreaterThan(3);
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(openapi.paths))).toEqual(routes);
  });

  test('has every status that the page of the senders explains', () => {
    const { responses } = z
      .object({ responses: z.record(z.string(), z.unknown()) })
      .parse(openapi.components);
    const page = [...projectFile('docs/senders.md').matchAll(/^\| (4\d\d) \|/gm)].map(([, status]) => status);
    const known = Object.keys(responses).filter((status) => status.startsWith('4'));
    // API Gateway itself answers 429.
    expect([...known, '429'].toSorted()).toEqual(page.toSorted());
  });
});

describe('the description of the queue', () => {
  // The published schema brings JSON Schema's own with it.
  const ajv = formats.default(new Ajv({ strict: false, meta: false, validateSchema: false }));
  const validate = ajv.compile(Object(specs.schemas['3.0.0']));

  test('is valid AsyncAPI 3.0', () => {
    expect({ valid: validate(asyncapi), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ ...asyncapi, operations: { receiveEvent: { action: 'take' } } })).toBe(false);
  });

  test('has a message for every event type', () => {
    const { messages } = z
      .object({ messages: z.record(z.string(), z.object({ name: z.string() })) })
      .parse(asyncapi.components);
    expect(Object.values(messages).map(({ name }) => name)).toEqual([...eventTypes.keys()]);
  });
});

/** A schema, and what stands beside it as an example of it. */
interface Example {
  schema: unknown;
  value: unknown;
}

/** Every example of a description, wherever it stands: OpenAPI's `example` and `examples`, AsyncAPI's `examples` of a message. */
function examplesIn(node: unknown): Example[] {
  if (Array.isArray(node)) return node.flatMap(examplesIn);
  if (!isObject(node)) return [];
  const { schema = node.payload, example, examples } = node;
  const several = isObject(examples) || Array.isArray(examples) ? Object.values(examples) : [];
  const values = several.map((one) => Object(one).value ?? Object(one).payload);
  const own = [...(example === undefined ? [] : [example]), ...values].map((value) => ({ schema, value }));
  const below = Object.entries(node).filter(([name]) => name !== 'example' && name !== 'examples');
  return [...own, ...below.flatMap(([, member]) => examplesIn(member))];
}

describe.each([
  ['hook', openapi],
  ['queue', asyncapi],
])('the examples in the description of the %s', (name, description) => {
  const ajv = formats
    .default(new Ajv2020({ strict: false }))
    .addSchema({ ...description, $id: `https://test.example/${name}` });
  const validatorOf = (schema: unknown) =>
    ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"https://test.example/${name}#/`)));
  const examples = examplesIn(description);

  test('fit their schemas', () => {
    expect(examples.length).toBeGreaterThan(10);
    for (const { schema, value } of examples) {
      const validate = validatorOf(schema);
      expect({ value, valid: validate(value), errors: validate.errors }).toEqual({
        value,
        valid: true,
        errors: null,
      });
    }
  });

  test('would not fit another type', () => {
    const wrong = { type: 'match.ended', data: { ip_list: ['::1'] } };
    const [first] = examples.filter(({ value }) => Object(value).type === 'match.ended');
    expect(validatorOf(first?.schema)(wrong)).toBe(false);
  });
});

test('the README and the page of events link to both', () => {
  for (const page of ['README.md', 'docs/events.md'])
    for (const name of ['openapi.json', 'asyncapi.json']) expect(projectFile(page)).toContain(`${name})`);
});
