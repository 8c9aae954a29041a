/**
 * Where the topic of the parameter `topicArn` is. Read by sources.yml.
 * @import { Variables } from './types.d.cts'
 */

/**
 * The Region of the topic's ARN; empty without a topic.
 * @param {Variables} variables
 */
const named = async ({ resolveVariable }) =>
  String(await resolveVariable('param:topicArn')).split(':')[3] ?? '';

module.exports.named = named;

/**
 * The Region of the subscription: that of the topic, or that of the stack without a topic.
 * @param {Variables} variables
 */
module.exports.region = async (variables) => (await named(variables)) || { Ref: 'AWS::Region' };
