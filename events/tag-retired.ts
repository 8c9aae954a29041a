/** `tag.retired`: every session on a deployment with these tags is deleted. */
import { tag } from './fields.ts';
import { list, object, optional, word } from './schema.ts';
import { eventType } from './types.ts';

export const tagRetired = eventType({
  type: 'tag.retired',
  data: object({ deployment_tags: list(tag, 100), match: optional(word('any', 'all')) }),
  ask: ({ deployment_tags, match }) => ({
    kind: 'deleteByTags',
    tags: deployment_tags,
    match: match ?? 'any',
  }),
});
