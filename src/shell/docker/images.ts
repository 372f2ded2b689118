/** The images that can be pulled here, and how a download looks. */
import type { Context } from '../command.ts';
import type { PlaybackStep } from '../programs/playback.ts';
import { imageName, newId, shortId, type Image } from './state.ts';

/** The tags of the official image that this lab can run, with their size in MB and when they were built. */
const KNOWN: Readonly<Record<string, { readonly sizeMb: number; readonly createdMs: number }>> = {
  'zookeeper:3.7.0': { sizeMb: 280, createdMs: dayMs(2021, 5, 12) },
};

/** Milliseconds of a day since 1970. */
function dayMs(year: number, month: number, day: number): number {
  const days = (year - 1970) * 365 + Math.floor((year - 1969) / 4) + [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]! + day - 1;
  return days * 86_400_000;
}

/** One of them, but for its id. */
export function knownImage(reference: keyof typeof KNOWN & string): Omit<Image, 'id'> {
  const [repository, tag] = imageName(reference);
  return { repository, tag, ...KNOWN[reference]! };
}

const LAYERS = 8;

export type Pull = { readonly image: Image; readonly steps: readonly PlaybackStep[] } | { readonly problem: string };

/** What `docker pull` does with a reference; the ids come from chance, as nobody compares them. */
export function pull(reference: string, context: Context, isThere: boolean): Pull {
  const [repository, tag] = imageName(reference.replace(/^docker\.io\/(library\/)?/, ''));
  const known = Object.hasOwn(KNOWN, `${repository}:${tag}`) ? KNOWN[`${repository}:${tag}`]! : undefined;
  if (known === undefined) {
    return {
      problem: repository === 'zookeeper'
        ? `Error response from daemon: manifest for ${repository}:${tag} not found: manifest unknown: manifest unknown (in this lab only zookeeper:3.7.0 can be pulled · 本实验室只能拉取 zookeeper:3.7.0)`
        : `Error response from daemon: pull access denied for ${repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (in this lab only zookeeper:3.7.0 can be pulled · 本实验室只能拉取 zookeeper:3.7.0)`,
    };
  }
  const image: Image = { repository, tag, id: newId(context), createdMs: known.createdMs, sizeMb: known.sizeMb };
  const digest = newId(context);
  const layers = Array.from({ length: LAYERS }, () => shortId(newId(context)));
  const line = (afterMs: number, text: string): PlaybackStep => ({ afterMs, stdout: `${text}\n` });
  const last = [
    line(50, `Digest: sha256:${digest}`),
    line(0, `Status: ${isThere ? 'Image is up to date' : 'Downloaded newer image'} for ${repository}:${tag}`),
    line(0, `docker.io/library/${repository}:${tag}`),
  ];
  return {
    image,
    steps: [
      line(isThere ? 1_200 : 1_500, `${tag}: Pulling from library/${repository}`),
      ...(isThere ? [] : [...layers.map((layer) => line(20, `${layer}: Pulling fs layer`)), ...layers.flatMap((layer) => [line(350, `${layer}: Download complete`), line(60, `${layer}: Pull complete`)])]),
      ...last,
    ],
  };
}
