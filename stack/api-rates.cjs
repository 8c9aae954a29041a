/**
 * What each function gets of the organisation's rate, the deployment's parameter `apiRate` (requests a
 * second): all environments that may run at once together stay within it. Read by serverless.yml.
 */

/** 4 of 10 for each of the two environments that maximumConcurrency allows. */
module.exports.sessionEvents = share(0.4);

/** 2 of 10 for the one sweep that runs at a time: half of what an environment of session-events has. */
module.exports.sweep = share(0.2);

function share(part) {
  return async ({ resolveVariable }) => {
    const rate = Number(await resolveVariable('param:apiRate'));
    if (!(rate > 0)) throw new Error('The parameter apiRate must be a number of requests a second, above 0.');
    return String(rate * part);
  };
}
