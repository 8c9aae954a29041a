/**
 * The share of the deployment's parameter `apiRate` (requests a second of the organisation) that each function
 * gets as `API_RATE`. All environments that may run at once together stay within `apiRate`. Read by
 * serverless.yml and parameters.ts.
 * @import { Variables } from './types.d.cts'
 */

const SESSION_EVENTS_SHARE = 0.8;

/**
 * 80 % of the rate is divided among the environments of session-events that may run at once; the one sweep gets
 * the rest. The client rounds a fraction above 1 down: such a share is rounded down here, and what is over goes
 * to the sweep. NaN where a parameter is not a number: the check of the parameters refuses it.
 * @param {{ apiRate: unknown, maximumConcurrency: unknown }} parameters
 */
function shares({ apiRate, maximumConcurrency }) {
  const rate = Number(apiRate);
  const environments = Number(maximumConcurrency);
  const sessionEvents = wholeAboveOne((rate * SESSION_EVENTS_SHARE) / environments);
  return { sessionEvents, sweep: wholeAboveOne(rate - sessionEvents * environments) };
}

/** @param {number} rate */
function wholeAboveOne(rate) {
  const exact = Number(rate.toFixed(3));
  return exact > 1 ? Math.floor(exact) : exact;
}

/**
 * The text of a function's share.
 * @param {'sessionEvents' | 'sweep'} name
 */
function share(name) {
  /** @param {Variables} variables */
  return async ({ resolveVariable }) => {
    const apiRate = await resolveVariable('param:apiRate');
    const maximumConcurrency = await resolveVariable('param:maximumConcurrency');
    return String(shares({ apiRate, maximumConcurrency })[name]);
  };
}

module.exports = { shares, sessionEvents: share('sessionEvents'), sweep: share('sweep') };
