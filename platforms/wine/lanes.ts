/** A Wine that agents run on. Each is a platform of its own: they answer differently (after an RST, Wine 8 gives 0 for ever). */
export interface Lane {
  readonly name: 'wine-8.0' | 'wine-10.0';
  /** Wine's version. */
  readonly wine: string;
  /** The Debian release that has it. */
  readonly suite: string;
  /** What fetching and unpacking it takes, for people. */
  readonly size: string;
}

export const LANES: readonly Lane[] = [
  { name: 'wine-8.0', wine: '8.0', suite: 'bookworm', size: '100 MB to fetch, 670 MB unpacked' },
  { name: 'wine-10.0', wine: '10.0', suite: 'trixie', size: '115 MB to fetch, 740 MB unpacked' },
];

/** What people may ask for: every lane by `wine`, or one by its name. */
export const LANE_NAMES: readonly string[] = ['wine', ...LANES.map(({ name }) => name)];

/** The lanes that `name` stands for; none where it is no name of a lane. */
export function lanesNamed(name: string): readonly Lane[] {
  return name === 'wine' ? LANES : LANES.filter((lane) => lane.name === name);
}

/** The lane that runs on the Wine which says of itself that it is `version`: `wine-8.0 (Debian 8.0~repack-4)`. */
export function laneOf(version: string): Lane | undefined {
  const number = /^wine-(\d+\.\d+)/.exec(version)?.[1];
  return LANES.find(({ wine }) => wine === number);
}
