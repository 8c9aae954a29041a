/** The description of the events queue: AsyncAPI 3.0. */
import { eventComponents } from './components.ts';

/**
 * Describes the queue from the side of session-hooks, which receives.
 * @param version of this project.
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function describeQueue(version: string): object {
  const events = eventComponents();
  const byName = <T>(member: (event: (typeof events)[number]) => T) =>
    Object.fromEntries(events.map((event) => [event.name, member(event)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'session-hooks: the events queue',
      version,
      description:
        'One event is one message. This describes the plain form of an event; CloudEvents, EventBridge events and SNS notifications are accepted, too.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      aws: {
        host: 'sqs.{region}.amazonaws.com',
        protocol: 'sqs',
        description: 'Amazon SQS, with AWS credentials.',
        variables: { region: { default: 'us-east-1' } },
      },
      local: { host: '127.0.0.1:4566', protocol: 'sqs', description: 'The local stage: npm start.' },
    },
    channels: {
      events: {
        address: 'session-hooks-{stage}-events',
        description: "A standard queue: messages may arrive twice and in any order. An event's time decides.",
        parameters: { stage: { description: 'The stage of the deployment.', default: 'local' } },
        messages: byName(({ name }) => ({ $ref: `#/components/messages/${name}` })),
      },
    },
    operations: {
      receiveEvent: {
        action: 'receive',
        channel: { $ref: '#/channels/events' },
        summary: 'A batch of events becomes the fewest calls of the Edgegap API.',
      },
    },
    components: {
      messages: byName(({ type, name, examples }) => ({
        name: type,
        title: type,
        payload: { $ref: `#/components/schemas/${name}` },
        examples: [...examples].map(([example, payload]) => ({ name: example, payload })),
      })),
      schemas: byName(({ schema }) => schema),
    },
  };
}
