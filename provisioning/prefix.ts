import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a Wine prefix without running Wine: a few links and two small files of registry, in milliseconds instead of the seconds and the 1.4 GB of
 * wineboot. Enough for a console program that uses sockets and threads.
 */
export function createPrefix(folder: string, root: string): void {
  for (const path of ['dosdevices', 'drive_c/windows/temp', 'drive_c/users']) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, target] of Object.entries(prefixLinks(root))) symlinkSync(target, join(folder, path));
  for (const [path, text] of Object.entries(PREFIX_FILES)) writeFileSync(join(folder, path), text);
}

/** Path to target. Unix's root is Z:. */
function prefixLinks(root: string): Readonly<Record<string, string>> {
  return {
    'dosdevices/c:': '../drive_c',
    'dosdevices/z:': '/',
    'drive_c/windows/system32': join(root, 'usr', 'lib', 'x86_64-linux-gnu', 'wine', 'x86_64-windows'),
  };
}

/** The needed part of the registry: the version of Windows (Node reads it) and the provider of random numbers (OpenSSL reads it). */
const PREFIX_FILES: Readonly<Record<string, string>> = {
  // With this value wineboot never updates the prefix.
  '.update-timestamp': 'disable\n',
  'user.reg': `WINE REGISTRY Version 2
;; All keys relative to \\\\User\\\\S-1-5-21-0-0-0-1000

#arch=win64

[Software\\\\Wine]
"Version"="win10"
`,
  'system.reg': `WINE REGISTRY Version 2
;; All keys relative to \\\\Machine

#arch=win64

[Software\\\\Microsoft\\\\Cryptography\\\\Defaults\\\\Provider Types\\\\Type 001]
"Name"="Microsoft Enhanced Cryptographic Provider v1.0"
"TypeName"="RSA Full (Signature and Key Exchange)"

[Software\\\\Microsoft\\\\Cryptography\\\\Defaults\\\\Provider\\\\Microsoft Enhanced Cryptographic Provider v1.0]
"Image Path"="C:\\\\windows\\\\system32\\\\rsaenh.dll"
"Signature"=hex:de,ad,be,ef
"Type"=dword:00000001

[System\\\\CurrentControlSet\\\\Control\\\\Session Manager\\\\Environment]
"ComSpec"="C:\\\\windows\\\\system32\\\\cmd.exe"
"OS"="Windows_NT"
"PATH"="C:\\\\windows\\\\system32;C:\\\\windows"
"TEMP"="C:\\\\windows\\\\temp"
"TMP"="C:\\\\windows\\\\temp"
`,
};
