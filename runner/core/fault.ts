/**
 * Our own trouble. A probe throws it when it could not observe (no file handles, no resolver, a missing secret, no browser);
 * the run becomes `unknown` with reason `runner` and never blames the target.
 */
export class RunnerFault extends Error {
  override readonly name = 'RunnerFault'
}
