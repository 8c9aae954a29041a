/** `npm run doctor`: checks what the service needs, one line each, and says what to do. It changes nothing. */
import { connectApi } from './api.ts';
import { type Check, fail, skip, textOf } from './check.ts';
import { checkApi, checkClock } from './doctor-api.ts';
import { checkParameters, checkQueue, checkTable } from './doctor-aws.ts';
import { AS_JSON } from './options.ts';
import { addAction, createTool, runTool } from './runner.ts';
import { counted } from './words.ts';
import { STAGE, type StageFunction, targetName, type World, worldOf } from './world.ts';

const FUNCTIONS = ['session-events', 'stale-sessions', 'hook'] as const;

const tool = createTool('doctor');

addAction(tool, {
  about: 'Checks key, API, clock, queues, table and parameters, and says what to do. It changes nothing.',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }) => {
    const world = await worldOf(stage);
    terminal.target(targetName(world.env.SESSIONS_API_URL || 'https://api.edgegap.com', world));
    const checks = (
      await Promise.all([
        parameterChecks(world, stage),
        apiChecks(world),
        checkQueue(world, 'EVENTS_QUEUE_URL'),
        checkQueue(world, 'DEAD_LETTER_QUEUE_URL'),
        checkTable(world),
      ])
    ).flat();
    const failed = checks.filter(({ state }) => state === 'fail').length;
    return {
      data: checks,
      lines: checks.map(lineOf),
      problems: failed === 0 ? [] : [`${counted(failed, 'check')} of ${checks.length} failed.`],
    };
  },
});

await runTool(tool);

/** The variables of the functions. Without a stage of its own a world has no functions to check. */
async function parameterChecks(world: World, stage: string | undefined): Promise<Check[]> {
  if (world.isLocal)
    return [checkParameters('session-events', world.env), checkParameters('stale-sessions', world.env)];
  if (stage === undefined) return [];
  const check = async (of: StageFunction): Promise<Check> => {
    try {
      return checkParameters(of, (await worldOf(stage, of)).env);
    } catch (error) {
      return fail(`parameters of ${of}`, textOf(error), 'Deploy the stage again.');
    }
  };
  return await Promise.all(FUNCTIONS.map(check));
}

async function apiChecks(world: World): Promise<Check[]> {
  try {
    const { client, config } = connectApi(world);
    return [...(await checkApi(client, config.apiUrl)), await checkClock(config.apiUrl)];
  } catch (error) {
    return [
      fail('key', textOf(error), 'Set the variable, or pass --stage NAME.'),
      skip('surface', 'no key is known'),
    ];
  }
}

function lineOf({ state, name, found, advice }: Check): string {
  const text = `${state.padEnd(4)}  ${name}: ${found.replace(/\.$/, '')}.`;
  return advice === undefined ? text : `${text} ${advice}`;
}
