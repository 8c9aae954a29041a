/**
 * Settings of the provider that Serverless wants in another form than a parameter has. Read by serverless.yml.
 * @import { Variables } from './types.d.cts'
 */

/**
 * Whether CloudFormation refuses to delete the stack.
 * @param {Variables} variables
 */
module.exports.terminationProtection = async ({ resolveVariable }) =>
  (await resolveVariable('param:terminationProtection')) === 'yes';

/**
 * The tags of the stack, which CloudFormation puts on all its resources, from `team=live-ops,game=tower`.
 * @param {Variables} variables
 */
module.exports.tags = async ({ resolveVariable }) => {
  const text = String(await resolveVariable('param:tags'));
  const pairs = text.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
};
