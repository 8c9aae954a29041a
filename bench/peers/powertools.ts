/** A peer: Powertools for AWS Lambda, its batch processor with records in parallel, one call a record. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSEvent } from 'aws-lambda';
import { handleRecord } from './record.ts';

const processor = new BatchProcessor(EventType.SQS);

export const handler = (event: SQSEvent, context: Context) =>
  processPartialResponse(event, handleRecord, processor, { context });
