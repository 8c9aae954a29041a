/**
 * What each function gets of the organisation's rate, the deployment's parameter `apiRate` (requests a
 * second): all environments that may run at once together stay within it. Read by serverless.yml.
 */

/** 8 of 10, shared by the environments that may run at once. */
module.exports.sessionEvents = async ({ resolveVariable }) => {
  const environments = await positive(resolveVariable, 'maximumConcurrency');
  return String(((await positive(resolveVariable, 'apiRate')) * 0.8) / environments);
};

/** 2 of 10 for the one sweep that runs at a time: half of what an environment of session-events has at the defaults. */
module.exports.sweep = async ({ resolveVariable }) =>
  String((await positive(resolveVariable, 'apiRate')) * 0.2);

async function positive(resolveVariable, name) {
  const value = Number(await resolveVariable(`param:${name}`));
  if (!(value > 0)) throw new Error(`The parameter ${name} must be a number above 0.`);
  return value;
}
