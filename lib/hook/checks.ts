/** The checks of an environment: who may send to the hook, and how their messages are read. */
import { createAdapters } from '../../events/adapters/index.ts';
import { readAwsConfig } from '../runtime/environment.ts';
import type { SecretReader } from '../runtime/secrets.ts';
import { createSecretReader } from '../runtime/secrets.ts';
import type { HookConfig } from './config.ts';
import type { HookOptions } from './hook.ts';
import { createTokenCheck, parseSigningSecrets, parseTokens, secretList } from './secrets.ts';
import { createVerifier } from './signature.ts';

/** Makes the checks and the adapters from the configuration. */
export function createSenderChecks(config: HookConfig): Omit<HookOptions, 'publish'> {
  const signing = config.signingSecrets.map((value) => readerOf('HOOK_SIGNING_SECRET', value));
  return {
    adapters: createAdapters({ emptyAfterSeconds: config.nakamaEmptyAfterSeconds }),
    verify: createVerifier(secretList('HOOK_SIGNING_SECRET', signing, parseSigningSecrets)),
    isEdgegapToken: tokenCheck('HOOK_EDGEGAP_TOKEN', config.edgegapToken),
    isPhotonSecret: tokenCheck('HOOK_PHOTON_SECRET', config.photonSecret),
  };
}

function tokenCheck(variable: string, value: string | undefined) {
  if (value === undefined) return createTokenCheck(undefined);
  return createTokenCheck(secretList(variable, [readerOf(variable, value)], parseTokens));
}

/** A reader of the text as it is stored: it may be a list or JSON, which is parsed here. */
function readerOf(variable: string, value: string): SecretReader {
  return createSecretReader({ variable, value, aws: readAwsConfig, extract: (stored) => stored.trim() });
}
