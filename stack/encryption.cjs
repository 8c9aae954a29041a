/**
 * Your own KMS key (the parameter `kmsKeyArn`) for everything that the stack stores. Without it the keys of AWS
 * encrypt all of it. These properties are merged into the resources that the other files define. Read by
 * serverless.yml.
 * @import { Variables } from './types.d.cts'
 */

const FUNCTIONS = [
  'SessionDasheventsLambdaFunction',
  'StaleDashsessionsLambdaFunction',
  'HookLambdaFunction',
];
const LOG_GROUPS = ['SessionDasheventsLogGroup', 'StaleDashsessionsLogGroup', 'HookLogGroup'];

/** @param {Variables} variables */
module.exports = async ({ resolveVariable }) => {
  const key = String(await resolveVariable('param:kmsKeyArn'));
  if (key === '') return {};
  return {
    Resources: {
      ...withProperties(['EventsQueue', 'DeadLettersQueue'], {
        KmsMasterKeyId: key,
        SqsManagedSseEnabled: false,
      }),
      ...withProperties(['MemoryTable'], {
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key },
      }),
      ...withProperties(['AlarmTopic'], { KmsMasterKeyId: key }),
    },
    // What the framework makes.
    extensions: {
      ...withProperties(LOG_GROUPS, { KmsKeyId: key }),
      ...withProperties(FUNCTIONS, { KmsKeyArn: key }),
    },
  };
};

/**
 * @param {string[]} ids
 * @param {object} Properties
 */
function withProperties(ids, Properties) {
  return Object.fromEntries(ids.map((id) => [id, { Properties }]));
}
