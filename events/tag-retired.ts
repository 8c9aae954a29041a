/** `tag.retired`: every session on a deployment with these tags shall be gone. */
import * as z from 'zod/mini';
import { identifier, listOf } from './fields.ts';
import { eventType } from './types.ts';

export const tagRetired = eventType({
  type: 'tag.retired',
  schema: () =>
    z.object(
      {
        deployment_tags: listOf(identifier(), 100),
        match: z.optional(z.enum(['any', 'all'], { error: 'must be any or all' })),
      },
      { error: 'must be an object' },
    ),
  ask: ({ deployment_tags, match = 'any' }) => ({ kind: 'deleteByTags', tags: deployment_tags, match }),
});
