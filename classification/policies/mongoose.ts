import { type Build, buildOf } from './build.ts';
import { policiesOf } from './libraries.ts';
import type { Transport } from './policy.ts';

export type MongooseBuild = Build;

/** The releases that sockatlas knows, oldest first. */
export function mongooseVersions(): readonly string[] {
  return policiesOf('mongoose').rules.versions;
}

/** @throws PolicyError for a version that is not known, and a transport that it lacks */
export function mongooseBuild(version: string, transport: Transport): Build {
  return buildOf(policiesOf('mongoose'), version, transport);
}
