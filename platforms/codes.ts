import { type Code, type CodePlatform, Codes } from '../language/code.ts';
import { readData } from './package-root.ts';

/** The error codes of every platform, from the files beside this one. */
export const codes: Codes = new Codes({
  list: (system) => readData('platforms', system, 'codes.json') as readonly Code[],
  crt: () => (readData('platforms', 'windows', 'crt.json') as { readonly codes: Readonly<Record<string, number>> }).codes,
  otherErrno: () => (readData('platforms', 'errno.json') as { readonly names: readonly string[] }).names,
});

export function codesOf(platform: CodePlatform): readonly Code[] {
  return codes.all(platform);
}

export function socketCode(platform: CodePlatform, number: number): Code | undefined {
  return codes.socketCode(platform, number);
}

export function codeNamed(platform: CodePlatform, name: string): Code | undefined {
  return codes.named(platform, name);
}
