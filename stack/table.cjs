/**
 * The memory's table, and what each function may do with it. Read by serverless.yml and roles.cjs.
 * @import { Variables } from './types.d.cts'
 */

const TABLE_ARN = { 'Fn::GetAtt': ['MemoryTable', 'Arn'] };

/** @param {Variables} variables */
module.exports.resources = async ({ resolveVariable }) => ({
  Resources: {
    MemoryTable: {
      Type: 'AWS::DynamoDB::Table',
      // It remembers what was done about messages of the queue, and for 15 days. The queue goes with the stack, too.
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: {
        TableName: `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}-memory`,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        // With the key aws/dynamodb: items hold addresses of players.
        SSESpecification: { SSEEnabled: true },
      },
    },
  },
  Outputs: {
    MemoryTable: {
      Description: 'Name of the DynamoDB table that the functions remember in',
      Value: { Ref: 'MemoryTable' },
    },
    MemoryTableArn: {
      Description: 'ARN of the DynamoDB table that the functions remember in',
      Value: TABLE_ARN,
    },
  },
});

/** Statements for the roles: the operations that lib/memory uses in each function, on this table alone. */
module.exports.statements = {
  sessionEvents: allow('BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem'),
  sweep: allow('BatchGetItem', 'BatchWriteItem', 'UpdateItem'),
};

/** @param {string[]} operations */
function allow(...operations) {
  return {
    Effect: 'Allow',
    Action: operations.map((operation) => `dynamodb:${operation}`),
    Resource: TABLE_ARN,
  };
}
