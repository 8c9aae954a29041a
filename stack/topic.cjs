/**
 * Where the topic of the parameter `topicArn` is. Read by sources.yml.
 * @import { Variables } from './types.d.cts'
 */

/**
 * The Region of the topic's ARN; that of the stack without a topic.
 * @param {Variables} variables
 */
module.exports.region = async ({ resolveVariable }) =>
  String(await resolveVariable('param:topicArn')).split(':')[3] || { Ref: 'AWS::Region' };
