import koffi from 'koffi';
import { layouts, pointerBytesOf } from './layout.ts';

/**
 * Wine's version, as it tells it itself: `10.0` (Wine, dlls/ntdll/version.c). undefined on Windows, whose ntdll has no such export, and under a Wine that
 * was told to hide it, as Wine-Staging can be.
 */
export function wineVersion(): string | undefined {
  try {
    return koffi.load('ntdll.dll').func('wine_get_version', 'str', [])() as string;
  } catch {
    return undefined;
  }
}

/**
 * Windows' version as major.minor.build: `10.0.26100`. From RtlGetVersion, which no manifest misleads:
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-rtlgetversion. Under Wine it is the version that Wine pretends to be.
 */
export function windowsVersion(): string {
  const { OSVERSIONINFOW } = layouts(pointerBytesOf(process.arch));
  const info = Buffer.alloc(OSVERSIONINFOW.size);
  info.writeUInt32LE(OSVERSIONINFOW.size, OSVERSIONINFOW.offset.dwOSVersionInfoSize);
  koffi.load('ntdll.dll').func('__stdcall', 'RtlGetVersion', 'int', ['void *'])(info);
  const { dwMajorVersion, dwMinorVersion, dwBuildNumber } = OSVERSIONINFOW.offset;
  return [dwMajorVersion, dwMinorVersion, dwBuildNumber].map((offset) => info.readUInt32LE(offset)).join('.');
}
