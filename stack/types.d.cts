/** What the .cjs files of this folder have in common. */

/** Serverless hands this to a function that serverless.yml names as `${file(…)}`. */
export interface Variables {
  /** The value of a variable, such as `sls:stage` or `param:apiRate`. */
  resolveVariable: (variable: string) => Promise<unknown>;
}

/** A part of a CloudFormation template: plain JSON. */
export type Json = string | number | boolean | Json[] | { [name: string]: Json };
