/**
 * What each function gets of the organisation's rate, the deployment's parameter `apiRate` (requests a
 * second): all environments that may run at once together stay within it. Read by serverless.yml.
 */
module.exports.sessionEvents = async ({ resolveVariable }) => {
  // 4 of 10 for each of the two environments that maximumConcurrency allows; the rest is for other callers.
  const rate = Number(await resolveVariable('param:apiRate'));
  if (!(rate > 0)) throw new Error('The parameter apiRate must be a number of requests a second, above 0.');
  return String(rate * 0.4);
};
