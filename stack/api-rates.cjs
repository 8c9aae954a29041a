/**
 * The share of the deployment's parameter `apiRate` (requests a second of the organisation) that each function
 * gets as `API_RATE`. All environments that may run at once together stay within `apiRate`. Read by serverless.yml.
 * @import { Variables } from './types.d.cts'
 */

const SESSION_EVENTS_SHARE = 0.8;
const SWEEP_SHARE = 0.2;

/**
 * `API_RATE` of session-events: its share, divided by the environments that may run at once.
 * @param {Variables} variables
 */
module.exports.sessionEvents = async (variables) => {
  const environments = await positive(variables, 'maximumConcurrency');
  return String(((await positive(variables, 'apiRate')) * SESSION_EVENTS_SHARE) / environments);
};

/**
 * `API_RATE` of stale-sessions. Only one sweep runs at a time.
 * @param {Variables} variables
 */
module.exports.sweep = async (variables) => String((await positive(variables, 'apiRate')) * SWEEP_SHARE);

/**
 * @param {Variables} variables
 * @param {string} name
 */
async function positive({ resolveVariable }, name) {
  const value = Number(await resolveVariable(`param:${name}`));
  if (!(value > 0)) throw new Error(`The parameter ${name} must be a number above 0.`);
  return value;
}
