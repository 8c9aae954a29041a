/** `npm run sweep`: finds stale sessions or deployments and the rule for each; stops them with `--stop`. */
import { addAction, createTool, runTool } from './runner.ts';
import { sweepDeployments } from './stale-deployments.ts';
import { sweepSessions } from './stale-sessions.ts';
import { checkOptions, OPTIONS } from './sweep-options.ts';
import { worldOf } from './world.ts';

const tool = createTool('sweep');

addAction(tool, {
  about:
    'Finds stale sessions or deployments of the local stage (npm start), or of the world that --stage or the environment names.',
  options: OPTIONS,
  run: async (terminal, values) => {
    checkOptions(values);
    const world = await worldOf(values.stage, 'stale-sessions');
    const sweep = values.deployments ? sweepDeployments : sweepSessions;
    return await sweep(terminal, values, world);
  },
});

await runTool(tool);
