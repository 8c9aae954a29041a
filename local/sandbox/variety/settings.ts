/** The switches of the variety: harmless differences that the real API may show at any time (docs/local-stage.md). */
import * as z from 'zod/mini';
import { chance } from '../dice.ts';

/** Each switch is a probability for one answer, row or member, unless it says otherwise. */
export const varietySettings = z.strictObject({
  /** A status is in the other spelling: `Ready` for `Status.READY`, and the other way round. */
  statusWords: chance,
  /** A session's kind is in another spelling (`Seat`), or a new word. */
  kindWords: chance,
  /** An optional member that has a value is absent or null. */
  absentMembers: chance,
  /** An optional member that has no value is null instead of absent. */
  nullMembers: chance,
  /** A model has further members: optional ones of the description, and some that no description names. */
  extraMembers: chance,
  /** GetSession, and a row or the status of a deployment, does not show the tags. */
  withoutTags: chance,
  /** A page is without `has_next`, or has it as null. */
  withoutHasNext: chance,
  /** A page is without `pagination`, or has it as null. */
  withoutPagination: chance,
  /** A page is without `total_count`, or has it as null. */
  withoutTotalCount: chance,
  /** Each other member of `pagination` is absent; `data` of an empty page is absent or null. */
  sparsePagination: chance,
  /** A call that changes something is answered with 202, 204, an empty 200 or `{}`. */
  emptySuccess: chance,
  /** An unknown id is a 400 instead of a 404: GetSession, the users calls, and calls that name a deployment. */
  unknownId400: chance,
  /** A deleted id is unknown (404) instead of terminated (410). */
  gone404: chance,
  /** An error has `details` beside its message. */
  errorDetails: chance,
  /** A deleted session, or a stopped deployment, is Terminating for up to this long before it disappears. 0 to 600,000. */
  terminatingMs: z._default(z.int().check(z.gte(0), z.lte(600_000)), 0),
  /** A call that names something Terminating is answered with 410 instead of 2xx. */
  terminatingGone: chance,
  /** A bulk stop still names in `processable` what is Terminating and matches. */
  terminatingProcessable: chance,
  /** The status of a terminated deployment is 200 `Terminated` instead of an error. */
  terminatedShown: chance,
  /** A call about deployments is answered as the description of 2026 says instead of the one of 2024. */
  deployments2026: chance,
  /** Where the draws start. An answer's draws depend on the seed, the request and how often it was sent before. */
  seed: z._default(z.int(), 1),
});

/** All switches of the variety as they are set. */
export type Variety = z.output<typeof varietySettings>;

/** Switches to set; what is left out stays as the sandbox was started. */
export type VarietyInput = z.input<typeof varietySettings>;

/** No variety: always the same complete answers. */
export const KIND: Variety = varietySettings.parse({});

/** The default: every difference occurs, none of them always. */
export const VARIED: Variety = {
  statusWords: 0.5,
  kindWords: 0.3,
  absentMembers: 0.1,
  nullMembers: 0.3,
  extraMembers: 0.3,
  withoutTags: 0.2,
  withoutHasNext: 0.2,
  withoutPagination: 0.1,
  withoutTotalCount: 0.2,
  sparsePagination: 0.2,
  emptySuccess: 0.3,
  unknownId400: 0.5,
  gone404: 0.5,
  errorDetails: 0.3,
  terminatingMs: 300,
  terminatingGone: 0.5,
  terminatingProcessable: 0.2,
  terminatedShown: 0.3,
  deployments2026: 0.5,
  seed: 1,
};
