/** A peer: middy's own middleware for partial batch failures, one call a record. */
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSEvent } from 'aws-lambda';
import { handleRecord } from './record.ts';

export const handler = middy<SQSEvent, unknown>()
  .use(sqsPartialBatchFailure({ logger: () => undefined }))
  .handler((event) => Promise.allSettled(event.Records.map(handleRecord)));
